/**
 * A row of the matrix: something that can happen to an agent, and what is right then. The expectation is data; one
 * judge (`judge.ts`) holds every cell against it.
 */
import type { Stage } from '../../../src/drill/stage.ts';
import type { Rung } from '../../../src/effects.ts';
import type { Senses } from './senses.ts';
import type { VersionRange } from './version-range.ts';

export type Group = 'silent' | 'loud' | 'process' | 'healthy' | 'sequence';

export interface Expectation {
  /**
   * `turn`: it comes to its end, and the next one works · `prompt`: no words end it, and the next one works · `rest`:
   * the agent sits there alive, as it is right, and takes no further prompt.
   */
  readonly ends: 'turn' | 'prompt' | 'rest';
  /** The strongest cure that is right when the guard sees connections. */
  readonly most: Rung | 'none';
  /** The same where it does not see them; if missing: `nudge` for `cut`, else as `most`. */
  readonly mostBlind?: Rung | 'none';
  /** Classes by which the guard's record may call it; empty: it need not be on record. */
  readonly finds: readonly string[];
  /** The same where connections are not seen; if missing: `silent-screen` for what the wire would have shown. */
  readonly findsBlind?: readonly string[];
  /** Another process may go on with the session. */
  readonly newProcess?: true;
}

export interface Exception {
  readonly versions?: VersionRange;
  readonly senses?: readonly Senses[];
  readonly expect: Partial<Expectation>;
  /** Why it is right that this cell differs. */
  readonly why: string;
}

export interface Scene {
  /** Its API knows only what was asked since the situation began. */
  readonly stage: Stage;
  readonly version: string;
  readonly senses: Senses;
}

/** The agent's own surroundings in a situation. */
export interface Preparation {
  readonly args?: readonly string[];
  readonly userSettings?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Runs in the agent's place. */
  readonly agent?: string;
}

export interface Situation {
  readonly group: Group;
  readonly what: string;
  readonly expect: Expectation;
  readonly exceptions?: readonly Exception[];
  /** Where it can happen; if missing: everywhere. */
  readonly versions?: VersionRange;
  readonly senses?: readonly Senses[];
  /** A permission dialog comes up for each command and edit. */
  readonly tools?: 'ask';
  readonly settings?: Readonly<Record<string, string>>;
  /** Neither a turn before nor one after is played: what is prepared would make each of them as long. */
  readonly oneTurn?: true;
  /** A turn before is always played: what happens needs a conversation. */
  readonly turnBefore?: true;
  /** @param agent path of the real one */
  prepare?(folder: string, agent: string): Preparation;
  /** Brings it about. @returns the beginning of the trouble in Unix milliseconds, or of the healthy phase. */
  play(scene: Scene): Promise<number>;
  /** Looks once more at the end. @returns what is wrong. */
  check?(scene: Scene): string | null;
  /** Longest that the end may take after `play`; else by the judge's patience. */
  readonly patienceMs?: number;
}
