/** The real Codex under the real guard, in a terminal and a throw-away home, against the simulated Responses API. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { type IncidentRecord, readIncidents } from '../../src/records/incidents.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { expectNothingLeft, watchedRun } from './aftermath.ts';
import { finished, patience } from './guarded.ts';
import { realCodex } from './real-codex.ts';
import { type ResponsesApi, startResponsesApi } from './responses/api.ts';
import { guardProgram } from './simulated-guard.ts';
import { until } from './until.ts';

export interface GuardedCodex {
  readonly api: ResponsesApi;
  readonly sandbox: Sandbox;
  readonly terminal: OuterTerminal;
  status(): Status | null;
  agentPid(): number;
  /** Ids of the conversations on disk. */
  rollouts(): readonly string[];
  submit(prompt: string): Promise<void>;
  /** The guard has seen a turn on the screen, and the free prompt behind it. */
  sawTurnEnd(): boolean;
  until(what: string, isSo: () => boolean, limitMs?: number): Promise<void>;
  /** The only incident of the run, once it is closed. */
  closedIncident(): Promise<IncidentRecord>;
}

/** A provider on loopback, a project that is trusted, no look for updates. */
const settings = (api: ResponsesApi, project: string, approval: string) => `
model = "gpt-5"
model_provider = "drill"
approval_policy = "${approval}"
sandbox_mode = "${approval === 'never' ? 'danger-full-access' : 'read-only'}"
check_for_update_on_startup = false
[model_providers.drill]
name = "drill"
base_url = "${api.url}"
env_key = "DRILL_API_KEY"
wire_api = "responses"
[projects."${project}"]
trust_level = "trusted"
`;

export async function onGuardedCodex(
  switches: Readonly<Record<string, string>>,
  play: (guarded: GuardedCodex) => Promise<void>,
  approval: 'never' | 'on-request' = 'never',
): Promise<void> {
  const sandbox = createSandbox();
  const api = await startResponsesApi();
  api.respond(() => say(finished));
  const home = join(sandbox.home, '.codex');
  mkdirSync(home);
  writeFileSync(join(home, 'config.toml'), settings(api, sandbox.project, approval));
  const env = agentEnvironment(
    sandbox,
    {},
    {
      ...patience,
      GUARDED_CLAUDE_COMMAND: realCodex() ?? '',
      CODEX_HOME: home,
      DRILL_API_KEY: 'no-key',
      ...switches,
    },
  );
  const terminal = openTerminal({
    command: '/bin/sh',
    args: ['-c', watchedRun, sandbox.root, process.execPath, guardProgram],
    cwd: sandbox.project,
    env,
  });
  const output: Buffer[] = [];
  terminal.onOutput((bytes) => output.push(bytes));
  const state = statePaths(env);
  const status = () => readSessions(state).at(-1)?.status ?? null;
  const seen = () => `${JSON.stringify(status())}\n${terminal.text()}`;
  const guarded: GuardedCodex = {
    api,
    sandbox,
    terminal,
    status,
    until: (what, isSo, limitMs) => until(what, isSo, limitMs, { seen }),
    agentPid: () => status()?.agent_pid ?? 0,
    rollouts: () =>
      readdirSync(join(home, 'sessions'), { recursive: true, encoding: 'utf8' }).flatMap(
        (name) => /rollout-.*-([0-9a-f-]{36})\.jsonl$/.exec(name)?.[1] ?? [],
      ),
    submit: (prompt) => typePrompt(terminal, prompt),
    sawTurnEnd() {
      const seen = (readJournal(runPaths(state, status()?.run ?? '').journal)[0]?.entries ?? []).flatMap(
        (entry) => ('event' in entry && entry.event.type === 'screen' ? [entry.event.facts.activity] : []),
      );
      return seen.includes('busy') && seen.at(-1) === 'idle';
    },
    async closedIncident() {
      await guarded.until('an incident is closed', () =>
        readIncidents(state).some(({ outcome }) => outcome !== 'open'),
      );
      const all = readIncidents(state);
      expect(all).toHaveLength(1);
      return all[0] as IncidentRecord;
    },
  };
  let run = '';
  try {
    await terminal.waitFor(/^› /m, 30_000);
    await guarded.until('the guard has a status', () => Boolean(status()?.agent_pid));
    run = status()?.run ?? '';
    await play(guarded);
    // One Ctrl+C may go to a turn. None may come once the agent is gone: it would be for the shell around.
    const leave = () => status()?.agent_pid && terminal.write('\x03');
    leave();
    const pressing = setInterval(leave, 1_500);
    const end = await Promise.race([terminal.exited, sleep(15_000, null, { ref: false })]);
    clearInterval(pressing);
    expect(end, `the guard is still there:\n${terminal.text()}`).not.toBeNull();
    expectNothingLeft(Buffer.concat(output), sandbox.root, run);
  } catch (error) {
    const { entries } = readJournal(runPaths(state, run).journal)[0] ?? { entries: [] };
    const told = entries
      .map((entry) => JSON.stringify(entry).slice(0, 300))
      .filter((line) => !line.includes('"tick"'));
    process.stderr.write(
      `\n${terminal.text()}\n${JSON.stringify(status())}\n${told.slice(-80).join('\n')}\n`,
    );
    throw error;
  } finally {
    for (const pid of [...processesMarkedBy(runVariable, run).map((left) => left.pid), status()?.pid]) {
      if (pid) endProcess(pid);
    }
    endProcess(terminal.pid);
    await terminal.exited;
    await api.stop();
    sandbox.remove();
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}
