/** The real guard around the simulated agent, in a terminal and a throw-away home. Ended when the test ends. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import type { Api } from '../../src/drill/api/api.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { startWorld } from '../../src/drill/world.ts';
import { type StatePaths, statePaths } from '../../src/platform/paths.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { finished, patience } from './guarded.ts';
import { guardBin } from './places.ts';
import { until } from './until.ts';

export interface SimulatedGuard {
  readonly api: Api;
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly state: StatePaths;
  readonly terminal: OuterTerminal;
  /** Everything that came out of the terminal. */
  output(): string;
  status(): Status | null;
  submit(prompt: string): Promise<void>;
  /** Leaves as a person does, by Ctrl+C twice at the prompt. @returns how the guard ended */
  leave(): ReturnType<typeof endOf>;
  /** Makes the agent misbehave, once. */
  trigger(what: 'spin' | 'die'): void;
  until(what: string, isSo: () => boolean): Promise<void>;
}

export const guardProgram = guardBin;

export interface SimulatedWorld {
  readonly api: Api;
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly state: StatePaths;
  trigger(what: 'spin' | 'die'): void;
}

/** Where a guard can be started: the home, the API, the agent on it. */
export async function simulatedWorld(
  settings: Readonly<Record<string, string>> = {},
): Promise<SimulatedWorld> {
  const sandbox = createSandbox();
  const world = await startWorld(sandbox);
  const { api } = world;
  onTestFinished(async () => {
    await world.stop();
    sandbox.remove();
  });
  api.respond(() => say(finished));
  const triggers = join(sandbox.root, 'triggers');
  mkdirSync(triggers);
  const env = agentEnvironment(sandbox, world.variables, {
    ...patience,
    GUARDED_CLAUDE_COMMAND: installSimulatedAgent(join(sandbox.root, 'bin')),
    SIMULATED_AGENT_TRIGGERS: triggers,
    ...settings,
  });
  const trigger = (what: string) => writeFileSync(join(triggers, what), '');
  return { api, sandbox, env, state: statePaths(env), trigger };
}

/** Opens the guard and waits for the agent's prompt. */
export async function simulatedGuard(
  settings: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
  program = guardProgram,
): Promise<SimulatedGuard> {
  const world = await simulatedWorld(settings);
  const { env, sandbox, state } = world;
  const terminal = openTerminal({
    command: process.execPath,
    args: [program, ...args],
    cwd: sandbox.project,
    env,
  });
  const output: Buffer[] = [];
  terminal.onOutput((bytes) => output.push(bytes));
  const status = () => readSessions(state).at(-1)?.status ?? null;
  const seen = () => `${JSON.stringify(status())}\n${terminal.text()}`;
  const untilSo: SimulatedGuard['until'] = (what, isSo) => until(what, isSo, undefined, { seen });
  onTestFinished(async () => {
    const agentPid = status()?.agent_pid;
    terminal.kill('SIGTERM');
    await Promise.race([terminal.exited, sleep(5_000, null, { ref: false })]);
    terminal.kill();
    if (agentPid) endProcess(agentPid);
    await terminal.exited;
  });
  await terminal.waitFor('❯');
  await untilSo('the guard has a status', () => Boolean(status()?.agent_pid));
  return {
    ...world,
    terminal,
    output: () => Buffer.concat(output).toString('utf8'),
    status,
    until: untilSo,
    submit: (prompt) => typePrompt(terminal, prompt),
    async leave() {
      await untilSo('the turn is over', () => status()?.state === 'idle'); // it would take the first one for itself
      terminal.write('\x03\x03');
      return await endOf(terminal);
    },
  };
}

const endOf = (terminal: OuterTerminal) => terminal.exited;

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
