/**
 * What the guard needs to know of an agent CLI. Everything that changes when such a CLI changes lives behind this
 * interface, in one folder per agent; the rest of the project speaks of agents in general.
 */
import type { Observation, ScreenFacts, ToolRisk } from '../events.ts';
import type { TranscriptSummary } from '../recover/snapshot.ts';
import type { SentPrompt, SessionFile, TranscriptDoctor } from './contract/conversation.ts';
import type { HookReader } from './contract/hooks.ts';
import type { FileArgument, Invocation, RefusedResume, Variables } from './contract/invocation.ts';
import type { Injection, LaunchPlan, UserSettings } from './contract/launch.ts';
import type { PrintMode } from './contract/pipes.ts';
import type { InputBox, MenuReader, NudgeKeys, ScreenView } from './contract/screen.ts';
import type { Abilities, AgentVersion } from './contract/version.ts';

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
