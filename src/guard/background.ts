/** Lets the work run on its own. A failure is reported, and never thrown. */
export function background(work: Promise<void>, failed: (detail: string) => void): void {
  work.catch((error: unknown) => failed(error instanceof Error ? error.message : String(error)));
}
