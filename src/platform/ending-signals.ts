/** How somebody asks a program to end. */
export const endingSignals = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'] as const;

export type EndingSignal = (typeof endingSignals)[number];

/** What a shell reports for these signals. Agents and their wrappers exit with it, too. */
const endingCodes: readonly number[] = [129, 130, 131, 143];

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Whether a process ended because somebody asked it to. */
export function endedPolitely({ code, signal }: ProcessEnd): boolean {
  if (signal !== null) return endingSignals.some((name) => name === signal);
  return code !== null && endingCodes.includes(code);
}
