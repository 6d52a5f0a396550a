/** Runs in the background; a failure is an observation like any other. */
export function background(work: Promise<void>, failed: (detail: string) => void): void {
  work.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
}
