/** What the parts of a repair plan share. */
import type { Parts } from '../../../common/versions.ts';
import type { CallMap } from '../call-map.ts';
import type { Reach } from '../chain.ts';
import type { Row } from '../index.ts';
import type { Resume } from '../leaf.ts';
import type { PoisonKind } from './poison/index.ts';

export type FindingKind =
  | 'torn'
  | 'garbage'
  | 'salvaged'
  | 'cut prompt'
  | 'duplicate'
  | 'newline'
  | 'bare'
  | 'unlinked'
  | 'restart'
  | 'circle'
  | 'stray end'
  | 'scattered'
  | 'thinking'
  | 'repeated call'
  | 'stray result'
  | 'open call'
  | 'foreign id'
  | PoisonKind;

export interface Finding {
  readonly kind: FindingKind;
  readonly count: number;
}

/** What changes in a record that stays. */
export interface RowChange {
  /** Its parent differs from the one in the file. */
  relinked: boolean;
  /** It gets another message id than the one in the file. */
  newMessageId: boolean;
  /** Old and new id, for a call that repeats an earlier call's id, and for its result. */
  readonly renamed: Map<string, string>;
  /** Results without a call, kept as text. */
  readonly asText: Set<string>;
  /** The model's thinking is left out. */
  thinkingLeftOut: boolean;
  /** Kinds of content that the API refuses, to be removed. */
  readonly poisons: Set<PoisonKind>;
}

/** A result to be written for a call that has none. */
export interface AddedResult {
  readonly row: Row;
  /** Line of the call. */
  readonly line: Row;
  readonly toolUseId: string;
  /** The new line goes after this one; null: at the end of the file. */
  readonly after: Row | null;
}

export interface PlanOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /**
   * If a person's message starts over in the middle of the file and most of the conversation would be lost, attach it
   * to the record before. Rewinding to the start looks the same, so only a person should ask for this.
   */
  readonly reconnect: boolean;
  /** A person asks for the repair. */
  readonly byHand: boolean;
  /** Version of the agent that will continue the conversation; null: not known. */
  readonly version: Parts | null;
}

/** The state that the parts of the plan share. */
export interface Work {
  /** All links, in file order, added ones at the end. */
  readonly rows: Row[];
  readonly calls: CallMap;
  readonly options: PlanOptions;
  readonly resume: Resume;
  readonly added: AddedResult[];
  /** How much a resume at the right end finds. */
  readonly reach: Reach;
  /** Where the conversation should continue, as the rows are now. */
  leaf(): Row | null;
  /** The active branch. It is found anew after each `change` or `note`, so whoever moves a row must call one then. */
  branch(): readonly Row[];
  change(row: Row): RowChange;
  note(kind: FindingKind): void;
}
