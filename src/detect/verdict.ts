/**
 * What a signature finds. `cure` is the mildest rung that can help this class of freeze. The ladder in `decide/` may
 * start higher (if in-place cures are switched off), and climbs when a rung has not helped.
 */
import type { Config } from '../config/schema.ts';
import type { Rung } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { Evidence } from './evidence/index.ts';
import type { Lesson } from './health.ts';
import type { LimitName } from './limits.ts';

export interface Verdict {
  readonly class: string;
  /** Attended time. */
  readonly since: Millis;
  /** The reasons, one fact per line, without content of the conversation. */
  readonly because: readonly string[];
  readonly cure: Rung;
  /** The connections that the verdict is about. */
  readonly connections: readonly number[];
}

/** A state that becomes a verdict when it has lasted too long. Times are attended. */
export interface Suspicion {
  readonly since: Millis;
  /** When the limit starts to run, if later than `since`. */
  readonly from?: Millis;
  /**
   * How long it may last: a row of the table of limits, which is then named among the reasons, or the signature's own
   * figure.
   */
  readonly limit: LimitName | Millis;
  /** @param lastedMs how long it has lasted */
  because(lastedMs: Millis): readonly string[];
  readonly cure: Rung;
  readonly connections?: readonly number[];
}

/** What a class of freeze implies, besides its cure. */
export interface Traits {
  /**
   * The API is silent. Any sign of it ends the incident; a silence that ends by itself teaches something about the
   * host.
   */
  readonly silence?: Lesson | 'unseen';
  /** The turn has ended without its answer: the prompt is free, but the work is not done. */
  readonly unfinished?: true;
  /** It rests on a failure that a sense has reported, and may take back. */
  readonly failed?: true;
  /** The process seems stuck. Anything that it draws or prints shows that it is not. */
  readonly stuck?: true;
  /** The end of the turn does not end it, nor does a sign of life. */
  readonly lasting?: true;
  /** Only a repaired conversation helps. */
  readonly needsRepair?: true;
}

export interface Signature extends Traits {
  readonly class: string;
  /** One line for people: what this looks like. */
  readonly help: string;
  /** Judges by what the agent draws, or cures by typing, so it is not asked in print mode. */
  readonly needsTerminal?: true;
  /**
   * Asked even while the terminal takes no output. The others are not, because the agent then rightly waits in its own
   * write.
   */
  readonly whileOutputBlocked?: true;
  /** @returns null: no sign of it */
  test(e: Evidence, config: Config): Suspicion | null;
}

/** A freeze that comes back after its cure is left to the person. */
export const askIfRepeated = (cure: Rung, times: number): Rung => (times > 0 ? 'ask' : cure);

/** @param connections the connections that the verdict is about */
export const verdictOn = (
  name: string,
  since: Millis,
  because: readonly string[],
  cure: Rung,
  connections: readonly number[] = [],
): Verdict => ({ class: name, since, because, cure, connections });

/** "31.2 s" */
export function seconds(ms: Millis): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The class of what a sleep of the machine has broken. It is not a fault, so nothing stronger than a cut follows. */
export const sleptClass = 'slept';
