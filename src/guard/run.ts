/** One run of the guard: what was said on the command line, and what stays as it is from its start to its end. */
import type { AgentAdapter } from '../agents/agent.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { UserSettings } from '../agents/contract/launch.ts';
import type { Config } from '../config/schema.ts';
import type { RunPaths } from '../platform/paths.ts';
import type { Emit } from '../sensors/sensor.ts';

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

export interface Run {
  readonly launch: Launch;
  /** Files in the run's folder that stand in for arguments which can be read only once. */
  readonly givenFiles: readonly string[];
  readonly config: Config;
  readonly paths: RunPaths;
  /** Where a file that may hold a secret goes; gone with the guard. */
  readonly secretFolder: () => string;
  readonly user: UserSettings;
  /** Inject hooks: wanted, allowed and known to this version. Whether they run, `Agent.hooks` says. */
  readonly wantsHooks: boolean;
  /** This version records a call before it runs it. */
  readonly recordsCallsFirst: boolean;
  /** Print mode: nobody is there who could be asked. */
  readonly unattended: boolean;
  /** Just before the first agent was started: wall clock, Unix milliseconds. */
  readonly launchedAtMs: number;
  /** The session id that a first launch is pinned to; null where the arguments decide. */
  readonly pin: string | null;
  /** To the loop. */
  readonly emit: Emit;
}
