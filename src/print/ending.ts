/**
 * Judges the end of an agent in print mode: is it the answer to the script, or was the agent interrupted? Pure.
 *
 * A complete good answer is final, whatever follows. An error that the agent reports is passed on, because the agent
 * has already retried. The exception is a temporary fault (connection, overload) in a process that had received
 * answers, because then there is work to save. A relaunch that gets no answer at all is final, so there is no loop. An
 * exit without any work proves nothing, whatever its code.
 */
import type { FailureKind } from '../events.ts';
import { endedPolitely, type ProcessEnd } from '../platform/ending-signals.ts';

export interface Ending extends ProcessEnd {
  /** The error that its last output reports. */
  readonly failure: FailureKind | null;
  /** How many answers of the model this process has recorded. */
  readonly answers: number;
  /** It has printed a complete good answer, however soon before its end. */
  readonly done: boolean;
  /**
   * It exited normally right after the guard cut its connection, without another request. A cut inside a tool call can
   * do that.
   */
  readonly silent: boolean;
  /** It should have continued another agent's work, but began no turn and printed nothing. */
  readonly idle: boolean;
}

/** `final`: the end is passed on · `interrupted`: the agent is relaunched if that is possible. */
export type Judgement = 'final' | 'interrupted';

const temporary: readonly (FailureKind | null)[] = ['connection', 'overloaded'];
/** A wrapper exits with 128 + n if signal n ended its agent. */
const isSignalCode = (code: number | null) => code !== null && code > 128 && code < 160;

export const wasKilled = ({ code, signal }: ProcessEnd) => signal !== null || isSignalCode(code);

export function judgeEnding({ code, signal, failure, answers, done, silent, idle }: Ending): Judgement {
  if (done) return 'final';
  if (signal !== null) return 'interrupted'; // the core judges whether the signal was meant to end it
  if (code === 0 && idle) return 'interrupted';
  if (isSignalCode(code)) return endedPolitely({ code, signal }) ? 'final' : 'interrupted';
  if (temporary.includes(failure) && answers > 0) return 'interrupted';
  return code === 0 && silent ? 'interrupted' : 'final';
}

/**
 * The exit code of a final end. A good answer counts, whatever happens to the agent afterwards. An agent that reports
 * an error has failed, whatever its code. Otherwise the code is the agent's own.
 */
export function finalCode(code: number, { done, failure }: Pick<Ending, 'done' | 'failure'>): number {
  const own = done && isSignalCode(code) ? 0 : code;
  return own === 0 && failure !== null ? 1 : own;
}
