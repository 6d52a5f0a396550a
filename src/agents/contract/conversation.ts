/** Conversations on disk: where they are, what they hold, and how a damaged one is mended. */
import type { AgentVersion } from './version.ts';

export interface SessionFile {
  readonly sessionId: string;
  readonly path: string;
  /** Wall clock, Unix milliseconds. */
  readonly changedAtMs: number;
}

export interface SentPrompt {
  readonly text: string;
  /** The agent's own name for it; null: this version names none, or only the keys are known. */
  readonly id: string | null;
  /** The agent said that it took it; else Enter was pressed on it. */
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
  /** What was said, by the person or the model, is not word for word there any more: for the person to know. */
  readonly altersContent: boolean;
}

export interface Proof {
  /** Records that a resume found before and would not find in the copy. */
  readonly lost: number;
  /** Kinds of damage left in the copy. */
  readonly left: number;
}

export interface Examination {
  readonly findings: readonly Finding[];
  readonly before: Reach;
  readonly after: Reach;
  /** Writes the mended copy and proves it; once. */
  mend(target: string): Promise<Proof>;
}

export interface ExamineOptions {
  /** Unix milliseconds. */
  readonly now: number;
  /** Also tie a message that begins anew in mid-file to what was before, if most would be lost without. */
  readonly reconnect: boolean;
  /** A person asks for the repair: then also what is damage only perhaps is mended. */
  readonly byHand: boolean;
  /** Of the agent that will go on with it; null: the one that wrote it. */
  readonly version: AgentVersion | null;
  /** By the id of an interrupted call, what its new result says; none: the general words. */
  readonly resultTexts: ReadonlyMap<string, string>;
}

export interface Writer {
  readonly pid: number;
  readonly certain: boolean;
}

/** What is agent-specific about it. */
export interface TranscriptDoctor {
  examine(path: string, options: ExamineOptions): Promise<Examination>;
  /** Why a large file had to be examined in the caller's thread, to be told once; null: nothing to tell. */
  takeFailure(): string | null;
  /** A look that is short for a file of any size: whether a resume may miss most of what is there. */
  looksBroken(path: string, version: AgentVersion | null): Promise<boolean>;
  /** `thorough`: by all signs, also weak ones; right for a person who repairs by hand, too careful right after a stop. */
  findWriter(path: string, thorough: boolean): Promise<Writer | null>;
  /** Pid of a living agent that is in this conversation by its own account: a second one must not join it. */
  findAgent(path: string, except: readonly number[]): Promise<number | null>;
}
