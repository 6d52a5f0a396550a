/**
 * A real agent under the real guard, in a terminal, against the simulated API: what the end-to-end tests are played
 * on. `onGuard` opens it, plays, has the person leave, and then looks at what the guard leaves behind.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Api } from '../../src/drill/api/api.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import {
  agentEnvironment,
  createSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../../src/drill/sandbox.ts';
import type { StandIn } from '../../src/drill/tls-stand-in.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { startWorld, type WorldOptions } from '../../src/drill/world.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { type IncidentRecord, readIncidents } from '../../src/records/incidents.ts';
import type { JournalEntry } from '../../src/records/journal.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { expectNothingLeft, watchedRun } from './aftermath.ts';
import { linkKeptCode } from './kept-code.ts';
import { guardBin } from './places.ts';
import { type RealVersion, realAgent, withVariables } from './real-agent.ts';
import { until } from './until.ts';

/** Short patience, so that a test takes seconds. */
export const patience = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '3000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '3000',
  GUARDED_CLAUDE_BACKOFF_INITIAL_MS: '250',
  GUARDED_CLAUDE_BACKOFF_MAX_MS: '2000',
  GUARDED_CLAUDE_DESKTOP: 'off',
} as const;

/** Nothing but the terminal: no cure in place, and no sense that needs the agent's help. */
export const ptyOnly = {
  GUARDED_CLAUDE_IN_PLACE: 'off',
  GUARDED_CLAUDE_TUNNEL: 'off',
  GUARDED_CLAUDE_HOOKS: 'off',
  GUARDED_CLAUDE_PROGRAM_STATUS: 'off',
} as const;

/** Said by the simulated API when no scenario is queued: the turn came to its end. */
export const finished = 'All done here.';

export interface GuardedOptions {
  readonly version: RealVersion;
  readonly args?: readonly string[];
  /** Environment on top of `patience`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly sandbox?: SandboxOptions;
  /** Variables for the agent alone. */
  readonly agentVariables?: (sandbox: Sandbox) => Readonly<Record<string, string>>;
  /** False: behind a gateway with a base URL of its own, instead of the vendor's. */
  readonly firstParty?: boolean;
  readonly world?: Omit<WorldOptions, 'surroundings'>;
}

export interface Guarded {
  readonly api: Api;
  readonly standIn: StandIn | null;
  readonly sandbox: Sandbox;
  readonly terminal: OuterTerminal;
  /** The environment of the guard, and of another agent of the same person. */
  readonly env: Readonly<Record<string, string>>;
  status(): Status | null;
  incidents(): readonly IncidentRecord[];
  journal(): readonly JournalEntry[];
  agentPid(): number;
  /** Types a prompt as a person does, and sends it. */
  submit(prompt: string): Promise<void>;
  /** Waits until it is so. @throws with the screen’s text and the status if it is not so in time */
  until(what: string, isSo: () => boolean, limitMs?: number): Promise<void>;
  /** The only incident of the run, once it is closed. */
  closedIncident(timeoutMs?: number): Promise<IncidentRecord>;
}

/** 1.0.56 draws its box long before it listens, and may lose an Enter. */
const listensMs = 3_000;

const guard = guardBin;

/** Opens the guard with an agent at its prompt, plays, leaves as a person does, checks that all is clean. */
export async function onGuard(
  options: GuardedOptions,
  play: (guarded: Guarded) => Promise<void>,
): Promise<void> {
  const sandbox = createSandbox(options.sandbox);
  linkKeptCode(sandbox);
  const world = await startWorld(sandbox, {
    ...options.world,
    ...(options.firstParty === false && { surroundings: 'gateway' }),
  });
  const { api, standIn } = world;
  api.respond(() => say(finished));
  const agent = realAgent(options.version, join(sandbox.root, 'bin'));
  const command =
    agent && options.agentVariables ? withVariables(agent, options.agentVariables(sandbox)) : agent;
  const env = agentEnvironment(sandbox, world.variables, {
    ...patience,
    ...(command === null ? {} : { GUARDED_CLAUDE_COMMAND: command }),
    ...options.settings,
  });
  const args = ['-c', watchedRun, sandbox.root, process.execPath, guard, ...(options.args ?? [])];
  const terminal = openTerminal({ command: '/bin/sh', args, cwd: sandbox.project, env });
  const output: Buffer[] = [];
  terminal.onOutput((bytes) => output.push(bytes));
  const state = statePaths(env);
  const status = () => readSessions(state).at(-1)?.status ?? null;
  const incidents = () => readIncidents(state);
  let run: string | undefined;

  const seen = () => `${JSON.stringify(status())}\n${terminal.text()}`;
  const guarded: Guarded = {
    api,
    standIn,
    sandbox,
    terminal,
    env,
    status,
    incidents,
    until: (what, isSo, limitMs) => until(what, isSo, limitMs, { seen }),
    journal: () =>
      readJournal(runPaths(state, status()?.run ?? '').journal).flatMap(({ entries }) => entries),
    agentPid() {
      const pid = status()?.agent_pid;
      if (!pid) throw new Error(`the guard reports no agent:\n${terminal.text()}`);
      return pid;
    },
    submit: (prompt) => typePrompt(terminal, prompt),
    async closedIncident(timeoutMs) {
      const closed = () => incidents().some(({ outcome }) => outcome !== 'open');
      await guarded.until('an incident is closed', closed, timeoutMs);
      const all = incidents();
      expect(all).toHaveLength(1);
      return all[0] as IncidentRecord;
    },
  };
  try {
    await terminal.waitFor(/❯|│\s>/, 30_000);
    await guarded.until('the guard has a status', () => Boolean(status()?.agent_pid));
    run = status()?.run;
    if (options.version === '1.0.56') await sleep(listensMs);
    await play(guarded);
    await leave(guarded);
    await expectNothingLeft(Buffer.concat(output), sandbox.root, run ?? '');
  } catch (error) {
    process.stderr.write(`\n${String(error)}\n${terminal.text()}\n${story(guarded.journal())}\n`);
    throw error;
  } finally {
    for (const left of run ? processesMarkedBy(runVariable, run) : []) endProcess(left.pid);
    const guardPid = status()?.pid;
    if (guardPid) endProcess(guardPid);
    endProcess(terminal.pid);
    await terminal.exited;
    await world.stop();
    sandbox.remove();
  }
}

/** The end of a journal without what comes all the time. */
function story(journal: readonly JournalEntry[]): string {
  const lines = journal.map((entry) => JSON.stringify(entry).slice(0, 300));
  const dull = /"type":"(tick|output|agent\.sample)"/;
  return lines
    .filter((line) => !dull.test(line))
    .slice(-100)
    .join('\n');
}

/** Ctrl+C until the guard has gone, as somebody does who wants out; some versions spend one on a turn or a draft. */
async function leave({ terminal }: Guarded): Promise<void> {
  const pressing = setInterval(() => terminal.write('\x03'), 400);
  const late = sleep(15_000, null, { ref: false });
  const end = await Promise.race([terminal.exited, late]);
  clearInterval(pressing);
  expect(end, `the guard is still there:\n${terminal.text()}`).not.toBeNull();
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
