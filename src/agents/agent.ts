/**
 * What the guard has to know about an agent CLI. Everything that changes when such a CLI changes lives behind this
 * interface, in one folder per agent. The rest of the project asks the adapter, apart from what is about one agent
 * alone (`test/architecture.test.ts` lists it).
 */
import type { Observation, ScreenFacts, ToolRisk } from '../events.ts';
import type { TranscriptSummary } from '../recover/snapshot.ts';
import type {
  OwnChanges,
  PromptPlaces,
  SentPrompt,
  SessionFile,
  TranscriptRepairer,
} from './contract/conversation.ts';
import type { HookReader } from './contract/hooks.ts';
import type { FileArgument, Invocation, RefusedResume, Variables } from './contract/invocation.ts';
import type { Injection, LaunchPlan, PermissionModes, UserSettings } from './contract/launch.ts';
import type { PrintMode } from './contract/pipes.ts';
import type { InputBox, MenuReader, NudgeKeys, ScreenView } from './contract/screen.ts';
import type { Abilities, AgentVersion } from './contract/version.ts';

export interface AgentAdapter {
  readonly id: 'claude-code' | 'codex';
  /** The name as its makers write it, for texts that people read. */
  readonly name: string;
  parseArguments(args: readonly string[]): Invocation;
  /** The version that files of the installation name. Null: none does, so the program itself has to be asked. */
  installedVersion(executable: string): Promise<AgentVersion | null>;
  abilities(version: AgentVersion | null): Abilities;
  /** Reads the settings files that apply to an agent started with these arguments in `cwd`. Never throws. */
  readUserSettings(
    args: readonly string[],
    env: Variables,
    cwd: string,
    version: AgentVersion | null,
  ): UserSettings;
  /** Arguments that name files and folders; null: not known. */
  readonly fileArguments: ((args: readonly string[]) => readonly FileArgument[]) | null;
  /** The arguments without those flags that name one of these files. */
  withoutFiles(args: readonly string[], files: readonly string[]): readonly string[];
  /** The arguments without these flags. */
  withoutFlags(args: readonly string[], flags: readonly string[]): readonly string[];
  launchPlan(
    args: readonly string[],
    env: Variables,
    user: UserSettings,
    injection: Injection,
    version: AgentVersion | null,
  ): LaunchPlan;
  /**
   * The arguments for an agent that is started after another one: they allow no more than the person did at the launch
   * and does now. Null: the agent shows no mode.
   */
  readonly inMode: ((args: readonly string[], modes: PermissionModes) => readonly string[]) | null;
  /** Arguments of a relaunch: the person's own flags, `--resume <id>`, the prompt. */
  resumeArguments(args: readonly string[], sessionId: string, prompt: string | null): readonly string[];
  /**
   * Arguments of a relaunch when none of the conversation is on record: the person's own flags without a session id,
   * and the prompt in place of theirs. `asGiven`: start from where they started (a fork); else from nothing.
   */
  freshArguments(args: readonly string[], prompt: string | null, asGiven: boolean): readonly string[];
  /**
   * The part of a command line that may be kept on disk, so that the session can be brought back later, and the names
   * of what was left out. Null: this agent's command line is not known.
   */
  readonly storableArguments:
    | ((args: readonly string[]) => { readonly args: readonly string[]; readonly left: readonly string[] })
    | null;
  /** The conversation file of a session; null if there is none (yet). */
  findTranscript(env: Variables, sessionId: string): Promise<string | null>;
  /** The files of subagents that belong to the conversation in this file, with records of the same form. */
  subagentFiles(path: string): Promise<readonly string[]>;
  /** The session of the agent with this pid, from the agent's own records; null if it keeps none. */
  sessionOfProcess(env: Variables, pid: number): Promise<string | null>;
  /** Of these conversations, the one that got a prompt at one of these moments (wall clock); the latest one. */
  sessionOfPrompt(
    env: Variables,
    places: PromptPlaces,
    enteredMs: readonly number[],
  ): Promise<SessionFile | null>;
  /**
   * The last changed wanted conversation of a working directory; null if none changed at or after `sinceMs` (wall
   * clock).
   */
  latestSession(
    env: Variables,
    cwd: string,
    sinceMs?: number,
    isWanted?: (file: SessionFile) => Promise<boolean>,
  ): Promise<SessionFile | null>;
  /** The conversation that a resume after `sinceMs` (wall clock) has begun under a new id; null if the id is kept. */
  successorOf(env: Variables, cwd: string, sessionId: string, sinceMs: number): Promise<SessionFile | null>;
  /** Whether a process that the agent has started is meant to outlive it, with everything that it starts in turn. */
  outlives(commandLine: readonly string[]): boolean;
  /**
   * The words that follow the executable (or its script) in the command line of such a process; null: none outlives it.
   */
  readonly outlivingCommand: string | null;
  /** Null: the agent has no hooks that the guard injects. */
  readonly hooks: HookReader | null;
  /** One parsed transcript record as observations. */
  readTranscript(record: unknown): readonly Observation[];
  /** What the recovery snapshot needs from a conversation file. Rejects if it cannot be read. */
  summarizeTranscript(path: string): Promise<TranscriptSummary>;
  /**
   * What the person's own commands have changed since `sinceMs` (wall clock), from the end of the conversation's file.
   * Null: not known. Rejects if the file cannot be read.
   */
  readonly ownChanges: ((path: string, sinceMs: number) => Promise<OwnChanges>) | null;
  /** Whether the file holds this prompt. Null: nobody can tell, and a sent prompt counts as recorded. */
  readonly recordsPrompt: ((path: string, prompt: SentPrompt) => Promise<boolean>) | null;
  /** Repairs conversation files; null: the agent copes with what a kill leaves behind. */
  readonly repairer: TranscriptRepairer | null;
  /** The unfinished answer on the screen; null if there is none. */
  partialText(view: ScreenView): string | null;
  readScreen(view: ScreenView, version: AgentVersion | null): ScreenFacts;
  /** Null if no input box is visible. */
  readInputBox(view: ScreenView): InputBox | null;
  /** Reads the last words of an agent that refused to continue a conversation; null: no known reason. */
  readRefusedResume(view: Pick<ScreenView, 'rows'>): RefusedResume | null;
  /** What the box shows in place of a long paste. */
  readonly pasteStandIn: RegExp;
  /** Null: no menu of the agent is answered by policy. */
  readonly menu: MenuReader | null;
  toolRisk(tool: string): ToolRisk;
  /** Null: in print mode, the agent runs as it is, unwatched. */
  readonly print: PrintMode | null;
  readonly keys: NudgeKeys;
}
