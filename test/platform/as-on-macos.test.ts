/** The code paths of macOS, run on Linux by a switch: no /proc, `ps` for processes, `/dev/tty`. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { call } from '../../src/drill/api/scenario.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import type { Event } from '../../src/events.ts';
import { runPaths } from '../../src/platform/paths.ts';
import { isAlive } from '../../src/platform/process-identity.ts';
import { descendants, processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readStatus } from '../../src/records/status-reader.ts';
import { finished } from '../support/guarded.ts';
import { built, guardBin } from '../support/places.ts';
import { simulatedWorld } from '../support/simulated-guard.ts';
import { until } from '../support/until.ts';

const preload = new URL('../support/as-macos.cjs', import.meta.url).pathname;

test('a dead stream is cut, a killed agent is resumed, and a hang-up leaves nothing behind', async () => {
  const { api, sandbox, env, state } = await simulatedWorld({
    NODE_OPTIONS: `--require ${preload}`,
    GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '2000',
    GUARDED_CLAUDE_MIN_UPTIME_MS: '500',
    GUARDED_CLAUDE_DESKTOP: 'off',
  });
  const terminal = openTerminal({
    command: process.execPath,
    args: [guardBin],
    cwd: sandbox.project,
    env,
  });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  // A guard there names a start time as `ps` does, so that its status is read as it stands.
  const paths = () => runPaths(state, readdirSync(state.sessions)[0] ?? '');
  const status = () => readStatus(paths().status);
  const sees = (check: (event: Event) => boolean) =>
    readJournal(paths().journal).some(({ entries }) =>
      entries.some((entry) => 'event' in entry && check(entry.event)),
    );
  const agentPid = () => status()?.agent_pid ?? 0;
  await terminal.waitFor(/❯/, 30_000);
  await until('the guard names its agent', () => agentPid() > 0, 10_000);
  const first = agentPid();

  api.enqueue(faults['dead-mid-text'].scenario);
  await typePrompt(terminal, 'please go on');
  await terminal.waitFor(finished, 30_000);
  expect(agentPid()).toBe(first);
  const isOver = (incidents: number) => {
    const all = readIncidents(state);
    return all.length === incidents && all.every(({ outcome }) => outcome !== 'open');
  };
  await until('the first incident is closed', () => isOver(1), 20_000);

  api.enqueue(call('Bash', { command: 'sleep 50' }));
  await typePrompt(terminal, 'and on');
  await until('its command runs', () => descendants(first).some(({ detached }) => detached), 20_000);
  // Where the environment of others cannot be read, what has begun since the last look is not found.
  const isSeen = () => sees((event) => event.type === 'agent.sample' && event.workers > 0);
  await until('the guard has seen the command', isSeen, 20_000);
  const below = descendants(first);
  process.kill(first, 'SIGKILL');
  await until('another agent runs', () => ![0, first].includes(agentPid()), 30_000);
  expect(below.filter(isAlive)).toEqual([]);
  await until('the turn has its end', () => api.turns().at(-1)?.ended === 'complete', 30_000);
  await until('the second incident is closed', () => isOver(2), 20_000);
  expect(
    readIncidents(state).map(({ outcome, actions }) => [outcome, ...actions.map(({ action }) => action)]),
  ).toEqual([
    ['recovered', 'cut'],
    ['recovered', 'relaunch'],
  ]);

  const { run } = paths();
  terminal.kill('SIGHUP');
  await terminal.exited;
  await until('nobody is left', () => processesMarkedBy(runVariable, run).length === 0, 10_000);
});

test('processes are known by what `ps` says about them', () => {
  const script = `
    const { startTimeOf, isAlive, ownIdentity } = await import(${JSON.stringify(built('modules/src/platform/process-identity.js'))});
    const { commandLine, processTable, sample } = await import(${JSON.stringify(built('modules/src/platform/process-table.js'))});
    const own = processTable().find(({ pid }) => pid === process.pid);
    console.log(JSON.stringify({
      platform: process.platform,
      startTime: startTimeOf(process.pid),
      isAlive: isAlive(ownIdentity()),
      parent: own?.parent,
      ageMs: own?.ageMs,
      words: commandLine(process.pid),
      rssBytes: sample(process.pid)?.rssBytes,
    }));`;
  const told = JSON.parse(
    execFileSync(process.execPath, ['--require', preload, '--input-type=module', '-e', script], {
      encoding: 'utf8',
    }),
  );
  expect(told).toMatchObject({ platform: 'darwin', isAlive: true, parent: process.pid });
  expect(told.startTime).toMatch(/\d\d:\d\d:\d\d/);
  expect(told.ageMs).toBeGreaterThanOrEqual(0);
  expect(told.words[0]).toBe(process.execPath);
  expect(told.rssBytes).toBeGreaterThan(10_000_000);
});
