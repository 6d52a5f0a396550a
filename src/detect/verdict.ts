/**
 * What a signature says. `cure` is the mildest rung that can help this class of freeze; the ladder in `decide/` may
 * start higher (in-place cures switched off) and climbs when a rung did not help.
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
  /** Why, one fact per line, without content of the conversation. */
  readonly because: readonly string[];
  readonly cure: Rung;
  /** Connections that the verdict is about. */
  readonly connections: readonly number[];
}

/** A state of things that becomes a verdict when it has lasted too long. Times are attended. */
export interface Suspicion {
  readonly since: Millis;
  /** Since when it counts, if that is later. */
  readonly from?: Millis;
  /** How long it may last: a row of the table of limits, which is then named among the reasons, or a figure of its own. */
  readonly limit: LimitName | Millis;
  /** @param lastedMs how long it has lasted */
  because(lastedMs: Millis): readonly string[];
  readonly cure: Rung;
  readonly connections?: readonly number[];
}

/** What follows from a class of freeze, besides its cure. */
export interface Traits {
  /** It is a silence of the API: whatever is heard of it ends it, and if it ends by itself this is learnt of the host. */
  readonly silence?: Lesson | 'unseen';
  /** The turn has come to its end without its answer: the prompt is free, and yet nothing is done. */
  readonly unfinished?: true;
  /** Only a mended conversation helps. */
  readonly mends?: true;
}

export interface Signature extends Traits {
  readonly class: string;
  /** One line for people: what this looks like. */
  readonly help: string;
  /** Judges by what the agent draws, or cures by typing: not in print mode. */
  readonly needsTerminal?: true;
  /** Holds also while the terminal takes no output: then the agent waits in its own writing, as is right. */
  readonly evenUnread?: true;
  /** @returns null: nothing of the kind goes on */
  test(e: Evidence, config: Config): Suspicion | null;
}

/** What has helped against it once and is needed again is not for us to cure. */
export const onceThenAsk = (cure: Rung, times: number): Rung => (times > 0 ? 'ask' : cure);

/** @param connections those that it is about */
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
