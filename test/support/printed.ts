/**
 * A real agent in print mode, direct or under the real guard, against the simulated API, with its pipes in the hands of
 * a test.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../src/drill/api/api.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import type { StandIn } from '../../src/drill/tls-stand-in.ts';
import { startWorld } from '../../src/drill/world.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { type IncidentRecord, readIncidents } from '../../src/records/incidents.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { patience } from './guarded.ts';
import { linkKeptCode } from './kept-code.ts';
import { guardBin } from './places.ts';
import { type RealVersion, realAgent } from './real-agent.ts';

const guard = guardBin;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  /** What has come so far. */
  stdout(): string;
  readonly ended: Promise<Ended>;
}

export interface Stage {
  readonly api: Api;
  readonly standIn: StandIn | null;
  readonly sandbox: Sandbox;
  /** The agent's executable, and the environment of whoever starts it or a guard. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Starts the agent under the guard. Input that is a text is written at once, and ended. */
  guarded(args: readonly string[], options?: StartOptions): Started;
  /** The same without a guard. */
  direct(args: readonly string[], options?: StartOptions): Started;
  incidents(): readonly IncidentRecord[];
  /** Waits until the guard that runs names its agent. */
  agentRunning(): Promise<number>;
  /** Waits until the guard names its agent and a request of a turn has come. */
  agentInTurn(): Promise<number>;
}

export interface StartOptions {
  readonly input?: string | 'open';
  readonly settings?: Readonly<Record<string, string>>;
}

/** Plays with everything set up, and takes all of it down. */
export async function onPipes(version: RealVersion, play: (stage: Stage) => Promise<void>): Promise<void> {
  const sandbox = createSandbox();
  linkKeptCode(sandbox);
  const world = await startWorld(sandbox);
  const { api } = world;
  const command = realAgent(version, join(sandbox.root, 'bin'));
  if (command === null) throw new Error(`no agent ${version}`);
  const running: ChildProcess[] = [];
  const env = agentEnvironment(sandbox, world.variables, { ...patience, GUARDED_CLAUDE_COMMAND: command });
  const state = statePaths(env);
  const start = (file: string, args: readonly string[], { input = '', settings = {} }: StartOptions = {}) => {
    const child = spawn(file, args, { cwd: sandbox.project, env: { ...env, ...settings }, stdio: 'pipe' });
    running.push(child);
    if (input !== 'open') child.stdin.end(input);
    const out: Buffer[] = [];
    const error: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => error.push(chunk));
    const stdout = () => Buffer.concat(out).toString('utf8');
    const ended = once(child, 'close').then(
      ([code, signal]): Ended => ({
        code,
        signal,
        stdout: stdout(),
        stderr: Buffer.concat(error).toString(),
      }),
    );
    return { child, stdout, ended };
  };
  const agentPid = async (isMeant: (status: Status) => boolean): Promise<number> => {
    for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
      const status = readSessions(state).find(({ alive }) => alive)?.status;
      if (status?.agent_pid && isMeant(status)) return status.agent_pid;
      await sleep(50);
    }
    throw new Error(`the guard names no such agent: ${JSON.stringify(readSessions(state))}`);
  };
  const stage: Stage = {
    api,
    standIn: world.standIn,
    sandbox,
    command,
    env,
    guarded: (args, options) => start(process.execPath, [guard, ...args], options),
    direct: (args, options) => start(command, args, options),
    incidents: () => readIncidents(state),
    agentRunning: () => agentPid(() => true),
    async agentInTurn() {
      await api.waitForRequest(({ kind }) => kind === 'main');
      return await agentPid(({ state }) => state === 'working');
    },
  };
  try {
    await play(stage);
    const runs = readSessions(state).map(({ status }) => status.run);
    const left = () => runs.flatMap((run) => processesMarkedBy(runVariable, run));
    for (let waitedMs = 0; left().length > 0 && waitedMs < 10_000; waitedMs += 50) await sleep(50); // some are just ending
    const commands = left().map(({ pid }) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
    );
    if (commands.length > 0) throw new Error(`left behind: ${commands.join(', ')}`);
  } finally {
    for (const child of running) child.kill('SIGKILL');
    await world.stop();
    sandbox.remove();
  }
}

/** All records of a `stream-json` output. */
export function records(output: string): readonly Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Without what differs from one run to the next: ids, times, durations. */
export function normalised(output: string): string {
  return output
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replace(/cc-socks\/\d+/g, 'cc-socks/PID')
    .replace(/\b(msg_drill|toolu_drill)[0-9_]+/g, '$1')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/("\w*_ms"):[\d.]+/g, '$1:0')
    .replace(/("\w*(?:Ms|_duration)"):[\d.]+/g, '$1:0');
}
