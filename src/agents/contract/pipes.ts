/** How the agent speaks where it runs in pipes. */
import type { FailureKind, Observation } from '../../events.ts';

/** Formats of print mode: plain text, one JSON document at the end, or one JSON record per line as things happen. */
export interface PrintFormats {
  readonly input: 'text' | 'records';
  readonly output: 'text' | 'document' | 'records';
}

/** What the agent prints, as facts. */
export interface PrintedRecord {
  readonly observations: readonly Observation[];
  /** The final word on a turn; null: something else. `failure`: it is the word on an error of that kind. */
  readonly result: { readonly failure: FailureKind | null } | null;
  /** The agent reports an error in the form of an answer; the final word may follow. */
  readonly tellsError: boolean;
  /** A turn begins. */
  readonly begins: boolean;
}

/** What a host and the agent ask each other over the agent's pipes. */
export type ControlRecord =
  | {
      readonly kind: 'request';
      readonly id: string;
      /** `person`: only a person can answer it, in their own time. */
      readonly what: 'initialize' | 'interrupt' | 'person' | 'other';
    }
  /** A request that holds until the agent ends; the latest `setting` of a name counts. */
  | { readonly kind: 'request'; readonly id: string; readonly what: 'setting'; readonly setting: string }
  | { readonly kind: 'answer' | 'withdrawal'; readonly id: string }
  /** Of the protocol, and in no form that is known. */
  | { readonly kind: 'unknown' };

export interface ControlProtocol {
  /** Null: this record is none of the protocol. */
  read(record: unknown): ControlRecord | null;
  /** Who has asked this wants no answer any more. */
  withdrawal(id: string): unknown;
}

/** A record of a conversation, as far as its progress goes. */
export type ProgressRecord =
  | {
      readonly kind: 'prompt';
      readonly text: string;
      /** When it was given: wall clock, Unix milliseconds; null: the record does not tell. */
      readonly atMs: number | null;
    }
  /** The model's own answer, or a part of it; not the agent's report of an error. */
  | { readonly kind: 'answer' };

/** How the agent speaks in print mode. */
export interface PrintMode {
  formats(args: readonly string[]): PrintFormats;
  /** One parsed record, or the parsed document. */
  readOutput(value: unknown): PrintedRecord;
  /** The kind of error that a plain text tells of. */
  readError(text: string): FailureKind;
  readonly control: ControlProtocol;
  /** The text of a prompt on the input, from its parsed record; null: something else. */
  readPrompt(record: unknown): string | null;
  /** A prompt as a record for the input, under an id by which the agent speaks of it. */
  promptRecord(text: string, id: string): unknown;
  /** Whether a parsed record of the output speaks of the prompt with this id. */
  isAboutPrompt(record: unknown, id: string): boolean;
  /** Variables by which an agent that resumes goes on with the interrupted turn by itself: the guard tells it to. */
  readonly resumeVariables: readonly string[];
  /** One parsed transcript record. */
  readProgress(record: unknown): ProgressRecord | null;
}
