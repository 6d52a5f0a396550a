/** What is fixed for one run of the guard, from its start to its end. */
import type { AgentAdapter } from '../agents/agent.ts';
import type { Invocation } from '../agents/contract/invocation.ts';
import type { UserSettings } from '../agents/contract/launch.ts';
import type { Config } from '../config/schema.ts';
import type { RunPaths } from '../platform/paths.ts';
import type { Emit } from '../sensors/sensor.ts';
import type { Errors } from '../terminal/errors.ts';

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

/** The copy of a file that can be read only once. */
export interface GivenFile {
  /** Absolute; the arguments name it. */
  readonly path: string;
  readonly content: Buffer;
}

export interface Run {
  readonly launch: Launch;
  readonly givenFiles: readonly GivenFile[];
  readonly config: Config;
  readonly paths: RunPaths;
  /** The folder for files that may hold a secret. It is removed with the guard. */
  readonly secretFolder: () => string;
  readonly user: UserSettings;
  /** Hooks are wanted, allowed and supported by this version. `Agent.hooks` says whether they run. */
  readonly wantsHooks: boolean;
  /** In print mode: nobody can be asked. */
  readonly unattended: boolean;
  /** Just before the first agent was started: wall clock, Unix milliseconds. */
  readonly launchedAtMs: number;
  /** The session id that the first launch is pinned to. Null: the arguments decide. */
  readonly pin: string | null;
  /** Where the agent's standard error goes. Null: to the terminal, or in print mode to our pipe. */
  readonly errors: Errors | null;
  /** Reports to the loop. */
  readonly emit: Emit;
}
