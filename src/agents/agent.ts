/**
 * What the guard needs to know of an agent CLI. Everything that changes when such a CLI changes lives behind this
 * interface, in one folder per agent; the rest of the project speaks of agents in general.
 */
import type { Observation, ScreenFacts, ToolRisk } from '../events.ts';

/** How the guard runs the agent for these arguments. */
export type InvocationMode = 'interactive' | 'print' | 'plain';

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
  /** First prompt given on the command line. */
  readonly prompt: string | null;
}

/** What the guard adds to a launch. */
export interface Injection {
  /** Pin this id on a first launch. */
  readonly sessionId: string | null;
  /** Hook spool folder; null: inject no hooks. */
  readonly spoolDir: string | null;
  /** Proxy URL of the tunnel with its token; null: no tunnel. */
  readonly proxyUrl: string | null;
  /** The user's own proxy variables, restored in the environment of the agent's tools. */
  readonly originalProxy: Readonly<Record<string, string | undefined>>;
}

export interface LaunchPlan {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One cell row of the rendered screen, as text without styles and trailing blanks. */
export interface ScreenView {
  readonly rows: readonly string[];
  readonly cursor: { readonly row: number; readonly column: number; readonly visible: boolean };
  readonly title: string;
  readonly columns: number;
  /** Part of the output was skipped in a flood; the picture may be torn until the next full repaint. */
  readonly stale: boolean;
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
  /** This version was run in the lab; an unknown newer one works by the structured senses. */
  readonly verified: boolean;
}

export interface TranscriptLine {
  readonly observations: readonly Observation[];
}

export interface AgentAdapter {
  readonly id: 'claude-code' | 'codex';
  /** Names under which the agent is looked up on PATH. */
  readonly commandNames: readonly string[];
  parseArguments(args: readonly string[]): Invocation;
  /** Version of the executable; null when it cannot be told. May run `<command> --version` once (cached by caller). */
  abilities(version: AgentVersion | null): Abilities;
  launchPlan(
    args: readonly string[],
    env: Readonly<Record<string, string | undefined>>,
    injection: Injection,
    version: AgentVersion | null,
  ): LaunchPlan;
  /** Arguments of a relaunch: the user's own flags, `--resume <id>`, the prompt. */
  resumeArguments(args: readonly string[], sessionId: string, prompt: string | null): readonly string[];
  /** A hook payload (one spooled JSON document) as observations. */
  readHook(payload: unknown): readonly Observation[];
  /** One parsed transcript record as observations. */
  readTranscript(record: unknown): readonly Observation[];
  readScreen(view: ScreenView, version: AgentVersion | null): ScreenFacts;
  toolRisk(tool: string, input?: unknown): ToolRisk;
  /** Keys of the nudge. */
  readonly keys: { readonly interrupt: string; readonly clearInput: string; readonly submit: string };
}
