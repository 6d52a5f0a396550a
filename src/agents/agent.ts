/**
 * What the guard needs to know of an agent CLI. Everything that changes when such a CLI changes lives behind this
 * interface, in one folder per agent; the rest of the project speaks of agents in general.
 */
import type { FailureKind, Observation, ScreenFacts, ToolRisk } from '../events.ts';
import type { SentPrompt } from '../person/sent-prompt.ts';
import type { Ledger } from '../recover/ledger.ts';
import type { TranscriptDoctor } from '../recover/repair.ts';
import type { TranscriptSummary } from '../recover/snapshot.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** How the guard runs the agent for these arguments. */
export type InvocationMode = 'interactive' | 'print' | 'plain';

/** Why an agent would not go on with a conversation. */
export interface RefusedResume {
  /** For the person: what it is, and how to go on. In the adapter's words, none of the screen's. */
  readonly detail: string;
  /** Another agent has the conversation: to go on means to fork. */
  readonly isHeld: boolean;
}

/** The user's arguments, understood but never rewritten. */
export interface Invocation {
  readonly mode: InvocationMode;
  /** Session named by the user: `--session-id X`, `--resume X`. */
  readonly sessionId: string | null;
  /** The launch goes on with an existing session (`--resume`, `--continue`). */
  readonly resumes: boolean;
  readonly continues: boolean;
  readonly forks: boolean;
  /** The user's own `--settings` value: a JSON text or a file path. */
  readonly settings: string | null;
  /** The conversation is kept on disk, and can be gone on with later. */
  readonly isRecorded: boolean;
  /** First prompt given on the command line. */
  readonly prompt: string | null;
}

/** What the user's environment and settings files say about matters that the guard touches. */
export interface UserSettings {
  /** Where the agent sends its requests. */
  readonly api: { readonly host: string; readonly port: number; readonly secure: boolean };
  /** That host is known to bridge silence with pings. */
  readonly pings: boolean;
  /** The proxy variables in force without us (`https_proxy`, `HTTPS_PROXY`, … `NO_PROXY`): the tunnel chains to them. */
  readonly proxy: Readonly<Record<string, string | undefined>>;
  /** Names of variables that the settings files set: their values win over those of the environment. */
  readonly settled: readonly string[];
  /** A file for the environment of the agent's commands that the settings name. */
  readonly shellFile?: string;
  /** False where a policy sets the proxy itself, or the requests do not go over TCP. */
  readonly tunnelAllowed: boolean;
  /** False where the user or a policy has switched hooks off, or ours cannot be given to the agent. */
  readonly hooksAllowed: boolean;
  /** The longest that the agent itself waits for a silent API, milliseconds; null: not known. */
  readonly deadlineMs: number | null;
  /** The user's own `--settings`, all of them in one; null where it is not readable: the agent shall complain, not we. */
  readonly given: Readonly<Record<string, unknown>> | null;
}

/** What the guard adds to a launch. */
export interface Injection {
  /** Marks everything that this guard starts. */
  readonly runId: string;
  /** A folder (absolute) for files of the plan that hold no secret and may be read after the run. */
  readonly lastingFolder: string;
  /** A folder (absolute) that goes with the run, for those that may hold one. Asked for where there is such a file. */
  readonly secretFolder: () => string;
  /** Pin this id on a first launch. */
  readonly sessionId: string | null;
  /** Where hooks leave their input, and the word that names their files; null: inject no hooks. */
  readonly spool: { readonly folder: string; readonly word: string } | null;
  /** Proxy URL of the tunnel with its token; null: no tunnel. For the environment alone. */
  readonly proxyUrl: string | null;
  /** The same for a file: where it can be, without the token. */
  readonly storableProxyUrl: string | null;
  /** Print mode: nothing of ours may show in what the agent prints. */
  readonly print?: boolean;
}

export interface LaunchPlan {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** To be written before the launch, mode 0600: what a command line would show to every user of the machine. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

/** One cell row of the rendered screen, as text without styles and trailing blanks. */
export interface ScreenView {
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number; readonly visible: boolean };
  readonly title: string;
  readonly columns: number;
  /** The row with blanks for what is drawn faint or grey, as hints and suggestions are. Absent: styles are not known. */
  readonly plainRow?: (row: number) => string;
  /** Part of the output was skipped in a flood; the picture may be torn until the next full repaint. */
  readonly stale: boolean;
  /** The agent has its input box: pastes are to be marked. Absent: not known. */
  readonly bracketedPaste?: boolean;
  /** The alternate screen is shown, as by an editor that the agent has opened. */
  readonly alternate?: boolean;
}

export interface AgentVersion {
  readonly text: string;
  /** Comparable form: [2, 1, 329]. */
  readonly parts: readonly number[];
}

export interface Abilities {
  readonly sessionIdFlag: boolean;
  readonly settingsFlag: boolean;
  readonly programStatus: boolean;
  /** Typed text is queued while a turn runs, and sent by itself after Esc. */
  readonly queuesAndSends: boolean;
  /** A call is on record before it is run, so that a message that was lost can have run none. */
  readonly recordsCallsFirst: boolean;
  /** This version was run in the lab; an unknown newer one works by the structured senses. */
  readonly verified: boolean;
  /** The version whose screen and records are taken for this one's. */
  readonly nearestVerified: string;
}

export interface FileArgument {
  /** Which of the arguments. */
  readonly index: number;
  /** What stands before the path in it: `--flag=`, or nothing. */
  readonly prefix: string;
  readonly path: string;
}

export interface SessionFile {
  readonly sessionId: string;
  readonly path: string;
  /** Wall clock, Unix milliseconds. */
  readonly changedAtMs: number;
}

/** What the guard may choose in a menu of the agent. */
export type MenuAnswer = 'full' | 'summary' | 'wait-for-limit';

export interface MenuRow {
  readonly text: string;
  /** The cursor stands on it. */
  readonly chosen: boolean;
}

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

/** How the payload of a hook (one spooled JSON document) is read. */
export interface HookReader {
  /** @param env where the agent keeps its conversations: files elsewhere are not believed */
  read(payload: unknown, env: Variables): readonly Observation[];
  /** Tells the ledger what it says of a tool call. */
  feedLedger(ledger: Ledger, payload: unknown): void;
  /** The prompt that the agent says it has taken; null: this tells of something else. */
  readPrompt(payload: unknown): Pick<SentPrompt, 'id' | 'text'> | null;
}

/** The input box as the screen shows it. */
export interface InputBox {
  /** Its rows, wrapped as they are; the sign of another mode (`!`) goes first. Empty for an empty box. */
  readonly text: string;
  /** What is sent from it goes to the model, and is no shell command or note. */
  readonly isPrompt: boolean;
  /** Its keys are vim's, in INSERT mode: the first interrupt key only leaves that. NORMAL mode shows nothing. */
  readonly vimInsert: boolean;
}

export interface MenuReader {
  /** Rows of the menu on the screen; empty when there is none. */
  read(view: ScreenView): readonly MenuRow[];
  /** Whether this row is what the answer means. */
  isAnswer(row: MenuRow, answer: MenuAnswer): boolean;
}

/** Keys of the nudge. */
export interface NudgeKeys {
  readonly interrupt: string;
  /** Each by itself, over and over until the box is empty and takes a prompt. */
  readonly clearInput: readonly string[];
  readonly submit: string;
  /** From vim's NORMAL mode back to INSERT mode, behind all of the text; each by itself. */
  readonly vimInsert: readonly string[];
}

export interface AgentAdapter {
  readonly id: 'claude-code' | 'codex';
  /** As its makers write it, for what people read. */
  readonly name: string;
  parseArguments(args: readonly string[]): Invocation;
  /**
   * Version of the executable; null when it cannot be told. May run `<command> --version` once (cached by caller),
   * and throws `LeadsBack` where one of us answers.
   * @param command the executable; for a script of node's: node, what it takes before the script, the script
   */
  detectVersion(command: readonly string[], env: Variables): Promise<AgentVersion | null>;
  abilities(version: AgentVersion | null): Abilities;
  /** Reads the settings files that hold for an agent started with these arguments in `cwd`. Never fails. */
  readUserSettings(
    args: readonly string[],
    env: Variables,
    cwd: string,
    version: AgentVersion | null,
  ): UserSettings;
  /** Arguments that name a file which is read at the start; null: not known. */
  readonly fileArguments: ((args: readonly string[]) => readonly FileArgument[]) | null;
  /** The arguments without the flags of which a value is one of these files. */
  withoutFiles(args: readonly string[], files: readonly string[]): readonly string[];
  launchPlan(
    args: readonly string[],
    env: Variables,
    user: UserSettings,
    injection: Injection,
    version: AgentVersion | null,
  ): LaunchPlan;
  /**
   * Arguments of a relaunch: the user's own flags, `--resume <id>`, the prompt. `permissionMode` is the mode the
   * conversation was in; it is carried over only where it allows less than the launch did.
   */
  resumeArguments(
    args: readonly string[],
    sessionId: string,
    prompt: string | null,
    permissionMode?: string | null,
  ): readonly string[];
  /**
   * Arguments of a relaunch where nothing of the conversation is on record: the user's own flags without a session id,
   * the prompt in place of theirs. `asGiven`: from where they began it (a fork); else from nothing.
   */
  freshArguments(args: readonly string[], prompt: string | null, asGiven: boolean): readonly string[];
  /**
   * What of a command line may be kept on disk, so that the session can be brought back later, and the names of what
   * was left out; null: nothing is known of this agent's command line.
   */
  readonly storableArguments:
    | ((args: readonly string[]) => { readonly args: readonly string[]; readonly left: readonly string[] })
    | null;
  /** The conversation file of a session; null if there is none (yet). */
  findTranscript(env: Variables, sessionId: string): Promise<string | null>;
  /** The session that the agent with this pid is in, from its own records; null where it keeps none. */
  sessionOfProcess(env: Variables, pid: number): Promise<string | null>;
  /** The conversation in this working directory that has got a prompt in one of these moments (wall clock), the latest. */
  sessionOfPrompt(env: Variables, cwd: string, enteredMs: readonly number[]): Promise<SessionFile | null>;
  /** Conversations of a working directory changed at or after `sinceMs` (wall clock), the latest first. */
  recentSessions(env: Variables, cwd: string, sinceMs?: number): Promise<readonly SessionFile[]>;
  /** The conversation that a resume after `sinceMs` (wall clock) has begun under a new id; null if it keeps the id. */
  successorOf(env: Variables, cwd: string, sessionId: string, sinceMs: number): Promise<SessionFile | null>;
  /** Whether a process that the agent has started is meant to outlive it, and so is all that it starts in turn. */
  outlives(commandLine: readonly string[]): boolean;
  /** The same in words behind the executable (or its script), for a shell; null: nothing does. */
  readonly outlivingCommand: string | null;
  /** Null: the agent has no hooks that we inject. */
  readonly hooks: HookReader | null;
  /** One parsed transcript record as observations. */
  readTranscript(record: unknown): readonly Observation[];
  /** What a conversation file tells for the recovery snapshot. Rejects if it cannot be read. */
  summarizeTranscript(path: string): Promise<TranscriptSummary>;
  /** Whether the file holds this prompt; null: it cannot be told, and what was sent counts as recorded. */
  readonly recordsPrompt: ((path: string, prompt: SentPrompt) => Promise<boolean>) | null;
  /** Repair of conversation files; null: the agent copes with what a kill leaves. */
  readonly doctor: TranscriptDoctor | null;
  /** The unfinished answer on the screen; null where there is none. */
  partialText(view: ScreenView): string | null;
  readScreen(view: ScreenView, version: AgentVersion | null): ScreenFacts;
  /** Null where no input box is to be seen. */
  readInputBox(view: ScreenView): InputBox | null;
  /** Read from the last words of an agent that would not go on with a conversation; null: they name no known reason. */
  readRefusedResume(view: Pick<ScreenView, 'rows'>): RefusedResume | null;
  /** By which the box shows a long paste. */
  readonly pasteStandIn: RegExp;
  /** Null: no menu of the agent's is answered by policy. */
  readonly menu: MenuReader | null;
  toolRisk(tool: string): ToolRisk;
  /** Null: print mode is run as it is, nothing watched. */
  readonly print: PrintMode | null;
  readonly keys: NudgeKeys;
}
