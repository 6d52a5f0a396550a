/** How the agent communicates in pipes. */
import type { FailureKind, Observation } from '../../events.ts';

/** Formats of print mode: plain text, one JSON document at the end, or one JSON record per line as things happen. */
export interface PrintFormats {
  readonly input: 'text' | 'records';
  readonly output: 'text' | 'document' | 'records';
}

/** What the agent prints, as facts. */
export interface PrintedRecord {
  readonly observations: readonly Observation[];
  /** The final result of a turn; null: something else. `failure`: the turn ended in an error of that kind. */
  readonly result: { readonly failure: FailureKind | null } | null;
  /** The agent reports an error in the form of an answer; the final result may follow. */
  readonly reportsError: boolean;
  /** A turn begins. */
  readonly begins: boolean;
}

/** What a host and the agent ask each other over the agent's pipes. */
export type ControlRecord =
  | {
      readonly kind: 'request';
      readonly id: string;
      /**
       * `person`: only a person can answer, in their own time. `act`: it has effects outside the agent, so it must not
       * be made twice.
       */
      readonly what: 'initialize' | 'interrupt' | 'person' | 'act' | 'other';
    }
  /** A request with an unknown name, so nobody knows whether it holds until the agent ends. */
  | { readonly kind: 'request'; readonly id: string; readonly what: 'unknown'; readonly name: string }
  /** A request that holds until the agent ends, or until others have been made for all that it sets. */
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly what: 'setting';
      readonly sets: readonly string[];
    }
  /** A request of the host to take this prompt back before the agent runs it. */
  | { readonly kind: 'request'; readonly id: string; readonly what: 'recall'; readonly prompt: string }
  | {
      readonly kind: 'answer';
      readonly id: string;
      /** The request was refused, so it has changed nothing. */
      readonly refuses: boolean;
      /** The prompts that the agent will not run. `asked`: the one that the request names. */
      readonly recalled: readonly string[] | 'asked';
    }
  | { readonly kind: 'withdrawal'; readonly id: string }
  /** What becomes of a prompt. `dropped`: the agent will not run it or, once it has `started`, has not finished it. */
  | { readonly kind: 'prompt'; readonly id: string; readonly is: 'started' | 'dropped' }
  /** Belongs to the protocol, but in an unknown form. */
  | { readonly kind: 'unknown' };

export interface ControlProtocol {
  /** Null: the record does not belong to the protocol. */
  read(record: unknown): ControlRecord | null;
  /** The record that tells the other side that this request needs no answer any more. */
  withdrawal(id: string): unknown;
  /** The record that answers this request of the other side with an error. */
  failure(id: string, words: string): unknown;
  /** The record that answers this request of the host's: the prompt that it names is taken back. */
  recalled(id: string): unknown;
}

export interface PrintedPrompt {
  /** Empty: it holds only images. */
  readonly text: string;
  /** How many blocks of it are no text. */
  readonly images: number;
}

/** A prompt as a host sends it. */
export interface HostPrompt extends PrintedPrompt {
  /** By which the host and the agent refer to it. Missing: the host has given it none. */
  readonly id?: string;
}

/** A record of a conversation that shows progress. */
export type ProgressRecord =
  | {
      readonly kind: 'prompt';
      readonly text: string;
      /** As in `PrintedPrompt`. Missing: the record does not say. */
      readonly images?: number;
      /** When the prompt was given: wall clock, Unix milliseconds; null: the record does not say. */
      readonly atMs: number | null;
      /** It came while a turn ran, and was taken into that turn. */
      readonly joinsTurn?: true;
    }
  /** The model's own answer or a part of it; not the agent's report of an error. */
  | { readonly kind: 'answer' };

/** How the agent communicates in print mode. */
export interface PrintMode {
  formats(args: readonly string[]): PrintFormats;
  /** One parsed record, or the parsed document. */
  readOutput(value: unknown): PrintedRecord;
  /** The kind of error that a plain text reports. */
  readError(text: string): FailureKind;
  readonly control: ControlProtocol;
  /** A prompt on the input, from its parsed record; null: not a prompt. */
  readPrompt(record: unknown): HostPrompt | null;
  /** A prompt as a record for the input. The agent refers to it by this id. */
  promptRecord(text: string, id: string): unknown;
  /** The same prompt with these texts before it; null: it is a command, which must come first. */
  precededBy(record: unknown, texts: readonly string[]): unknown | null;
  /** Whether a parsed record of the output refers to the prompt with this id. */
  isAboutPrompt(record: unknown, id: string): boolean;
  /** Variables that make a resuming agent continue the interrupted turn by itself. The guard prompts it instead. */
  readonly resumeVariables: readonly string[];
  /** One parsed transcript record. */
  readProgress(record: unknown): ProgressRecord | null;
}
