/**
 * An agent in print mode has ended: is that its answer to the script, or was it torn away? Pure.
 *
 * Its own retries come first. An error that it reports is passed on, unless the fault passes by itself (connection,
 * overload) *and* this process had got answers: then there is work to save, and a relaunch that gets no answer at all
 * ends the matter, so there is no loop.
 */
import type { FailureKind } from '../events.ts';

export interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  /** The error that its last words tell of. */
  readonly failure: FailureKind | null;
  /** Answers of the model that this process has put on record. */
  readonly answers: number;
  /** What it was asked for has gone out already. */
  readonly done: boolean;
  /** It ended well right after we cut its connection, without another request (lab notes §1b: a cut tool call). */
  readonly silent: boolean;
}

/** `final`: its own last word · `torn`: worth a relaunch. */
export type Judgement = 'final' | 'torn';

const passing: readonly (FailureKind | null)[] = ['connection', 'overloaded'];
/** The code of a wrapper whose agent was ended by a signal is 128 + n; SIGHUP, SIGINT and SIGTERM are polite requests. */
const politeCodes: readonly number[] = [129, 130, 143];

export function judgeEnding({ code, signal, failure, answers, done, silent }: Ending): Judgement {
  if (done) return 'final';
  if (signal !== null) return 'torn'; // whether somebody had the right to is judged with all other evidence
  if (code === 0) return silent ? 'torn' : 'final';
  if (code !== null && code > 128 && code < 160) return politeCodes.includes(code) ? 'final' : 'torn';
  return passing.includes(failure) && answers > 0 ? 'torn' : 'final';
}
