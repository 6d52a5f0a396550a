/** Conversations on disk: where they are, what they hold, and how a damaged one is repaired. */
import type { AgentVersion } from './version.ts';

export interface SessionFile {
  readonly sessionId: string;
  readonly path: string;
  /** Wall clock, Unix milliseconds. */
  readonly changedAtMs: number;
}

/** Which conversations may have got a prompt. */
export interface PromptPlaces {
  /** Those of these working directories, */
  readonly folders: readonly string[];
  /** and the one of this id, wherever it is. Null: none is known. */
  readonly known: string | null;
}

/** A flag of the launch that no longer holds, because the person has chosen something else. */
export interface Overruled {
  readonly flag: string;
  /**
   * Where the choice is kept: in the `settings`, for every conversation; by the `conversation`, so a resume goes on
   * with it; or it is the `folder` to which they have moved.
   */
  readonly by: 'settings' | 'conversation' | 'folder';
}

/** What commands of the person's own have changed since the launch, so that its arguments no longer say it. */
export interface OwnChanges {
  /** The folder that they have moved the conversation to (absolute). Null: none. */
  readonly folder: string | null;
  readonly overruled: readonly Overruled[];
}

export interface SentPrompt {
  readonly text: string;
  /** The agent's own id for it; null: this version gives none, or only the keys are known. */
  readonly id: string | null;
  /** True: the agent reported that it took the prompt. False: Enter was pressed on it. */
  readonly taken: boolean;
  /** Wall clock, Unix milliseconds. */
  readonly atMs: number;
}

/** How much of the conversation a resume finds, in messages. */
export interface Reach {
  readonly reachable: number;
  readonly total: number;
}

export interface Finding {
  readonly kind: string;
  readonly count: number;
  /** In plain words: what was found, and what is done about it. */
  readonly found: string;
  readonly done: string;
  /** Some words of the person's or the model's are not kept as they were, which the person should know. */
  readonly altersContent: boolean;
}

export interface Proof {
  /** Records that a resume found before and would not find in the copy. */
  readonly lost: number;
  /** Kinds of damage that are left in the copy. */
  readonly left: number;
}

export interface Examination {
  readonly findings: readonly Finding[];
  readonly before: Reach;
  readonly after: Reach;
  /** Writes the repaired copy and checks it; to be called once. */
  mend(target: string): Promise<Proof>;
}

export interface ExamineOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /**
   * If a message starts over in mid-file and most of the conversation would be lost, attach it to the record before.
   */
  readonly reconnect: boolean;
  /** A person asks for the repair, so possible damage is repaired, too. */
  readonly byHand: boolean;
  /** Version of the agent that will continue the conversation; null: the one that wrote it. */
  readonly version: AgentVersion | null;
  /** The text of the new result for each interrupted call, by the call's id; a general text is the default. */
  readonly resultTexts: ReadonlyMap<string, string>;
}

export interface Writer {
  readonly pid: number;
  readonly certain: boolean;
}

/** The agent-specific part of a repair. */
export interface TranscriptRepairer {
  examine(path: string, options: ExamineOptions): Promise<Examination>;
  /** Why a large file had to be examined in the caller's thread; reported once. Null: nothing to report. */
  takeFailure(): string | null;
  /** Whether a resume may miss most of the conversation. This check is quick for a file of any size. */
  looksBroken(path: string, version: AgentVersion | null): Promise<boolean>;
  /**
   * `thorough`: uses weak signs, too. Right for a repair by hand, too careful right after a stop. They do not count for
   * processes that are known to be `elsewhere`, in other conversations.
   */
  findWriter(path: string, thorough: boolean, elsewhere?: readonly number[]): Promise<Writer | null>;
  /** Pid of a living agent that says it is in this conversation. A second one must not join it. */
  findAgent(path: string, except: readonly number[]): Promise<number | null>;
}
