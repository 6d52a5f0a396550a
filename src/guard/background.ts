/** Runs the work in the background. A failure is reported, never thrown. */
export function background(work: Promise<void>, failed: (detail: string) => void): void {
  work.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
}
