/**
 * What the world saw of an episode: what the person did and saw, what became of processes, connections, requests and
 * files. Nothing in it comes from the guard's own records.
 */
import type { Played } from '../../../src/drill/api/play.ts';

/** What the simulated model gave: something broken, a call, or the words that end a turn. */
export type Gave = 'fault' | 'call' | 'final' | 'other';

export type Happening =
  | { readonly type: 'turn.began'; readonly turn: number }
  | { readonly type: 'turn.ended'; readonly turn: number }
  | { readonly type: 'turn.endless'; readonly turn: number }
  /** Enter was pressed on a prompt. */
  | { readonly type: 'sent'; readonly tag: string; readonly text: string }
  /** The prompt sat in the box, and Enter was pressed on it once more. */
  | { readonly type: 'sent.again'; readonly tag: string }
  | { readonly type: 'draft.typed'; readonly tag: string }
  | { readonly type: 'draft.kept'; readonly tag: string }
  /** What was typed is not in the box. */
  | { readonly type: 'keys.lost'; readonly tag: string; readonly box: string }
  | { readonly type: 'escape' }
  | { readonly type: 'dialog.answered' }
  | { readonly type: 'leaving' }
  | { readonly type: 'weather'; readonly kind: string; readonly on: boolean }
  | {
      readonly type: 'killed';
      readonly pid: number | null;
      /** Tags of prompts that the agent had answered long ago without putting them on record. */
      readonly unrecorded: readonly string[];
    }
  | { readonly type: 'agent.seen'; readonly pid: number }
  | { readonly type: 'agent.gone'; readonly pid: number }
  /** More than one agent lives. */
  | { readonly type: 'agents'; readonly pids: readonly number[] }
  /** The rig itself had no turn: what it should have sent came late. */
  | { readonly type: 'rig.stalled'; readonly ms: number };

export type Entry = Happening & { readonly at: number };

export interface ToolResult {
  readonly id: string;
  readonly isError: boolean;
  readonly text: string;
}

/** A request of the conversation. */
export interface RequestSeen {
  readonly number: number;
  readonly at: number;
  readonly endedAt: number | null;
  readonly ended: Played | null;
  readonly gave: Gave;
  /** The tag of the last prompt in it; null: none of the person's. */
  readonly tag: string | null;
  /** What the user's messages say, in order. */
  readonly userTexts: readonly string[];
  readonly results: readonly ToolResult[];
}

export interface End {
  readonly code: number | null;
  readonly signal: number | null;
  /** Terminal modes that differ from before. */
  readonly modes: readonly string[];
  /** The terminal's settings (stty) are those from before. */
  readonly settingsKept: boolean;
  /** Command lines of processes that are still there. */
  readonly left: readonly string[];
  /** The guard's temporary files that are still there. */
  readonly files: readonly string[];
}

export interface WorldLog {
  readonly entries: readonly Entry[];
  readonly requests: readonly RequestSeen[];
  /** How often each mark stands in the file that commands write. */
  readonly effects: Readonly<Record<string, number>>;
  /** Null: the guard did not end. */
  readonly end: End | null;
}

/** The mark that a turn's command leaves, and the id of its call; no part of its prompt. */
export const markOf = (tag: string): string => `mark-${[...tag].reverse().join('')}`;
export const callIdOf = (tag: string): string => `toolu_${[...tag].reverse().join('')}`;
/** The words that end a turn. */
export const answerOf = (tag: string): string => `Answered: ${[...tag].reverse().join('')}.`;
