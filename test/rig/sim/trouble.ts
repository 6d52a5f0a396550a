/** What can be wrong with an agent, by when a guard has to notice, and which senses can tell it at all. */
import type { Millis } from '../../../src/events.ts';
import type { Senses } from './plan.ts';

/** Why the agent cannot go on by itself. */
export type Trouble =
  | 'dead'
  | 'stuck'
  | 'stopped'
  | 'never-asks'
  | 'lost-tool'
  | 'silent-connection'
  | 'line-away'
  | 'stuck-compaction'
  | 'crashed'
  | 'leaking'
  | TurnTrouble;

/** How a turn may have ended without having done its work: the agent sits at its prompt. */
export type TurnTrouble = 'failed' | 'overloaded' | 'refused' | 'cut-short' | 'silent-end';

interface Notice {
  /** By then somebody has noticed, while the guard has its turns and the line is there. */
  readonly withinMs: Millis;
  /** Whether what the guard senses tells it; absent: always. */
  isTold?(senses: Senses): boolean;
  /** The agent is at its prompt: whoever touches the keys takes it over. */
  readonly isAtPrompt?: true;
}

const minute = 60_000;
/** Longer than every limit for silence, with all the patience that cuts have earned. */
const slow = 40 * minute;

export const troubles: { readonly [T in Trouble]: Notice } = {
  dead: { withinMs: 5_000 },
  stuck: { withinMs: minute },
  stopped: { withinMs: 20_000 },
  'never-asks': { withinMs: slow },
  // A tool's time limit is known from hooks and from the record alone.
  'lost-tool': { withinMs: slow, isTold: ({ hooks, record }) => hooks || record },
  'silent-connection': { withinMs: slow },
  'line-away': { withinMs: slow },
  'stuck-compaction': { withinMs: slow },
  crashed: { withinMs: minute },
  leaking: { withinMs: minute },
  failed: { withinMs: 10 * minute, isAtPrompt: true },
  overloaded: { withinMs: 10 * minute, isAtPrompt: true },
  refused: { withinMs: minute, isAtPrompt: true },
  // That an answer has no end only the record shows.
  'cut-short': { withinMs: minute, isTold: ({ record }) => record, isAtPrompt: true },
  // That a connection was lost only the tunnel shows, and that nothing was said only the record.
  'silent-end': { withinMs: minute, isTold: ({ tunnel, record }) => tunnel && record, isAtPrompt: true },
};
