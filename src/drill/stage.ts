/**
 * The stage of one drill: a throw-away home, the simulated API, and the guard in a terminal with an agent inside, just
 * as a person would run it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launcher } from '../platform/own-files.ts';
import { runPaths, statePaths } from '../platform/paths.ts';
import { type IncidentRecord, readIncidents } from '../records/incidents.ts';
import { type JournalFile, readJournal } from '../records/journal-reader.ts';
import { readSessions } from '../records/sessions.ts';
import type { Status } from '../records/status.ts';
import { installSimulatedAgent } from './agent/install.ts';
import type { Api } from './api/api.ts';
import { say } from './api/scenario.ts';
import { type OuterTerminal, openTerminal } from './outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from './sandbox.ts';
import { typePrompt } from './type-prompt.ts';
import { startWorld, type WorldOptions } from './world.ts';

/** The agent shows this at the end of a turn that succeeded. */
export const finished = 'Drill complete.';

/** Short timeouts, so that a drill takes seconds. Everything else is as in normal use. */
const guardSettings: Readonly<Record<string, string>> = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '2000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '3000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '3000',
  GUARDED_CLAUDE_BACKOFF_INITIAL_MS: '250',
  GUARDED_CLAUDE_BACKOFF_MAX_MS: '2000',
  GUARDED_CLAUDE_STABLE_PROBES: '1',
  GUARDED_CLAUDE_MIN_UPTIME_MS: '500',
  GUARDED_CLAUDE_BELL: 'off',
  GUARDED_CLAUDE_DESKTOP: 'off',
};

/** `agent`: path of an executable, or null for the simulated agent. */
export interface StageOptions {
  readonly agent: string | null;
  readonly tools: 'allow' | 'ask';
  readonly settings: Readonly<Record<string, string>>;
  /** Arguments of the agent. */
  readonly args?: readonly string[];
  /** Default: first-party surroundings. */
  readonly world?: WorldOptions;
  /** Merged into the agent's user settings. */
  readonly userSettings?: Readonly<Record<string, unknown>>;
  /** Ends the agent, and with it every wait on this stage. */
  readonly signal: AbortSignal;
}

export interface Stage {
  readonly api: Api;
  readonly sandbox: Sandbox;
  readonly terminal: OuterTerminal;
  /** The guard's own report on its session; null before the first report. */
  status(): Status | null;
  incidents(): readonly IncidentRecord[];
  /** What the guard has written to its journal so far. */
  journal(): readonly JournalFile[];
  /** @throws if the guard does not report its agent */
  agentPid(): number;
  /** Types a prompt as a person does, and sends it. */
  submit(prompt: string): Promise<void>;
  /** @throws if the drill is ended early */
  pause(ms: number): Promise<void>;
  /** Makes the simulated agent misbehave. */
  trigger(what: 'spin' | 'die'): void;
  close(): Promise<void>;
}

const guard = launcher('guarded-claude');

/** Some agents draw nothing for 30 s if their helpers' requests get no answer. */
const startMs = 60_000;

/** Max time for a guard to leave once it is told to. */
const leaveMs = 5000;

/** The guard writes its status a moment after the agent has drawn its prompt. */
async function agentNamed(stage: Stage): Promise<void> {
  for (const until = Date.now() + leaveMs; Date.now() < until; await sleep(50)) {
    if (stage.status()?.agent_pid) return;
  }
  throw new Error(`the guard reports no agent:\n${stage.terminal.text()}`);
}

function signal(pid: number | null | undefined, name: NodeJS.Signals): void {
  if (!pid) return;
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
}

/** Opens the stage and waits for the agent's prompt. @throws if the prompt does not appear */
export async function openStage(options: StageOptions): Promise<Stage> {
  const sandbox = createSandbox({
    tools: options.tools,
    ...(options.userSettings === undefined ? {} : { settings: options.userSettings }),
  });
  const world = await startWorld(sandbox, options.world);
  const { api } = world;
  api.respond(() => say(finished));
  const triggers = join(sandbox.root, 'triggers');
  mkdirSync(triggers);
  const env = agentEnvironment(sandbox, world.variables, {
    ...guardSettings,
    ...options.settings,
    GUARDED_CLAUDE_COMMAND: options.agent ?? installSimulatedAgent(join(sandbox.root, 'bin')),
    SIMULATED_AGENT_TRIGGERS: triggers,
  });
  const terminal = openTerminal({
    command: process.execPath,
    args: [guard, ...(options.args ?? [])],
    cwd: sandbox.project,
    env,
  });
  const end = () => terminal.kill('SIGTERM');
  options.signal.addEventListener('abort', end);
  const state = statePaths(env);
  const status = () => readSessions(state).at(-1)?.status ?? null;

  const close = async () => {
    options.signal.removeEventListener('abort', end);
    const agentPid = status()?.agent_pid;
    terminal.kill('SIGTERM');
    await Promise.race([terminal.exited, sleep(leaveMs, undefined, { ref: false })]);
    terminal.kill('SIGKILL');
    signal(agentPid, 'SIGKILL');
    await terminal.exited;
    await world.stop();
    sandbox.remove();
  };

  const stage: Stage = {
    api,
    sandbox,
    terminal,
    status,
    incidents: () => readIncidents(state),
    journal: () => readJournal(runPaths(state, status()?.run ?? '').journal),
    agentPid() {
      const pid = status()?.agent_pid;
      if (!pid) throw new Error(`the guard reports no agent:\n${terminal.text()}`);
      return pid;
    },
    submit: (prompt) => typePrompt(terminal, prompt),
    pause: (ms) => sleep(ms, undefined, { signal: options.signal }),
    trigger: (what) => writeFileSync(join(triggers, what), ''),
    close,
  };
  try {
    await terminal.waitFor(/❯|^(?:│?\s)?>\s/m, startMs);
    await agentNamed(stage);
  } catch (error) {
    await close();
    throw error;
  }
  return stage;
}
