/**
 * What effects act on: the living parts of one run, and what is known of them beyond the pure core (contents that no
 * event may carry).
 */
import type { AgentAdapter } from '../agents/agent.ts';
import type { Finding } from '../agents/contract/conversation.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { UserSettings } from '../agents/contract/launch.ts';
import type { ScreenView } from '../agents/contract/screen.ts';
import type { AgentVersion } from '../agents/contract/version.ts';
import type { Config } from '../config/schema.ts';
import type { ScreenFacts } from '../events.ts';
import type { Composer } from '../person/composer.ts';
import type { Draft } from '../person/draft.ts';
import type { SentPrompts } from '../person/sent-prompt.ts';
import type { RunPaths } from '../platform/paths.ts';
import type { Cast } from '../records/cast.ts';
import type { Ledger } from '../recover/ledger.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';
import type { HookSource } from '../sensors/hook-source.ts';
import type { Emit } from '../sensors/sensor.ts';
import type { Pty } from '../terminal/pty.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Tunnel } from '../tunnel/proxy.ts';
import type { KinWatch } from './kin.ts';

/** What the command line said. */
export interface Launch {
  readonly adapter: AgentAdapter;
  /** The agent's executable. */
  readonly command: string;
  /** The words of our command line that name the agent: its executable, or node and a script. Else empty. */
  readonly named: readonly string[];
  /** The person's arguments, untouched. */
  readonly args: readonly string[];
  readonly invocation: Invocation;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

export interface Runtime {
  readonly launch: Launch;
  /** Files in the run's folder that stand in for arguments which can be read only once. */
  readonly givenFiles: readonly string[];
  readonly config: Config;
  readonly paths: RunPaths;
  /** Where a file that may hold a secret goes; gone with the guard. */
  readonly secretFolder: () => string;
  readonly user: UserSettings;
  /** Of the agent that runs; an update may have put another in its place at a relaunch. */
  version: AgentVersion | null;
  /** The program that was started last (`program.ts`). */
  program: string | null;
  readonly terminal: Terminal;
  readonly tunnel: Tunnel | null;
  /** Inject hooks: wanted, allowed and known to this version. Whether they run, `hookSource.heard()` says. */
  readonly hooks: boolean;
  readonly hookSource: HookSource;
  /** This version records a call before it runs it. */
  readonly recordsCallsFirst: boolean;
  /** Print mode: nobody is there who could be asked. */
  readonly unattended: boolean;
  /** The person wants the guard to watch, and to do nothing. */
  paused: boolean;
  /** Just before the first agent was started: wall clock, Unix milliseconds. */
  readonly launchedAtMs: number;
  /** When the person has pressed Enter of late: wall clock, Unix milliseconds, in order. */
  readonly enteredMs: number[];
  /** The session id that a first launch is pinned to; null where the arguments decide. */
  readonly pin: string | null;
  /** Tool calls seen by hooks; contents stay in memory. */
  readonly ledger: Ledger;
  /** The agent's processes. */
  readonly kin: KinWatch;
  /** Keeps the two below in step with what happens. */
  readonly composer: Composer;
  /** What the person has typed and not sent. */
  readonly draft: Draft;
  /** What they have sent last. */
  readonly sent: SentPrompts;
  readonly emit: Emit;
  /** The last minute of the terminal; null unless the person has switched it on. */
  cast: Cast | null;
  /** What the agent has left for a sense to read has been read. */
  catchUp: () => Promise<void>;
  /** Called after the terminal has changed its size. */
  onResized: () => void;
  /** Null while no agent runs. */
  pty: Pty | null;
  /** Settles when the present agent's end has been told; at once while none runs. */
  agentGone: Promise<void>;
  session: {
    readonly id: string | null;
    readonly transcriptPath: string | null;
    readonly permissionMode: string | null;
    /** Begun by clearing another one: nothing of what the arguments opened is in it. */
    readonly isCleared: boolean;
    /** A turn was seen to come to its end in it. */
    readonly hadTurn: boolean;
    /** Another agent has it open: to go on means to fork. */
    readonly isHeld: boolean;
  };
  /** The picture as it is now. */
  view: () => ScreenView;
  /** All that the agent has written so far is in it. */
  drawn: () => Promise<void>;
  /** The latest reading of the screen. */
  facts: ScreenFacts;
  /** This agent was seen in vim's INSERT mode: where that is not shown, it is in NORMAL mode. */
  vim: boolean;
  /** Turns seen to begin, by hooks or by requests: a message from the agent's queue begins one by itself. */
  begun: number;
  /** The person's own frame of the prompt; null: the built-in one. */
  promptTemplate: string | null;
  /** The guard was told to go: hang-up, shutdown. */
  signalled: NodeJS.Signals | null;
  /** Taken before the last nudge or stop; the prompt is made from it. */
  snapshot: RecoverySnapshot | null;
  /** What the last stop has changed in the conversation of what was said. */
  mended: readonly Finding[];
}

/** Before anything is known of the conversation. */
export const noSession: Runtime['session'] = {
  id: null,
  transcriptPath: null,
  permissionMode: null,
  isCleared: false,
  hadTurn: false,
  isHeld: false,
};
