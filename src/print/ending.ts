/**
 * An agent in print mode has ended: is that its answer to the script, or was it torn away? Pure.
 *
 * A complete good answer is final, whatever follows. Its own retries come first: an error that it reports is passed on,
 * unless the fault passes by itself (connection, overload) *and* this process had got answers: then there is work to
 * save, and a relaunch that gets no answer at all ends the matter, so there is no loop. An exit that did nothing proves
 * nothing, whatever its code.
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
  /** It was to go on with the work of another one, and has neither begun a turn nor printed a byte. */
  readonly idle: boolean;
}

/** `final`: its own last word · `torn`: no word to a script, and worth a relaunch where one is possible. */
export type Judgement = 'final' | 'torn';

const passing: readonly (FailureKind | null)[] = ['connection', 'overloaded'];
/** The code of a wrapper whose agent was ended by a signal is 128 + n; SIGHUP, SIGINT and SIGTERM are polite requests. */
const politeCodes: readonly number[] = [129, 130, 143];

const isOfSignal = (code: number | null) => code !== null && code > 128 && code < 160;

export function judgeEnding({ code, signal, failure, answers, done, silent, idle }: Ending): Judgement {
  if (done) return 'final';
  if (signal !== null) return 'torn'; // whether somebody had the right to is judged with all other evidence
  if (code === 0 && idle) return 'torn';
  if (isOfSignal(code)) return politeCodes.includes(code ?? 0) ? 'final' : 'torn';
  if (passing.includes(failure) && answers > 0) return 'torn';
  return code === 0 && silent ? 'torn' : 'final';
}

/**
 * The exit code of a last word. What happens to an agent after its good answer changes nothing, and one that reports
 * an error has failed, whatever its code; else the code is its own.
 */
export function finalCode(code: number, { done, failure }: Pick<Ending, 'done' | 'failure'>): number {
  if (done && isOfSignal(code)) return 0;
  return code === 0 && failure !== null ? 1 : code;
}
