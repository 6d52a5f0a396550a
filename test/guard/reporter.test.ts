import { expect, test, vi } from 'vitest';
import type { AgentVersion } from '../../src/agents/contract/version.ts';
import { defaults } from '../../src/config/schema.ts';
import { step } from '../../src/decide/machine.ts';
import { initialState } from '../../src/decide/state.ts';
import type { Observation } from '../../src/events.ts';
import { openReporter } from '../../src/guard/reporter.ts';
import { runPaths, statePaths } from '../../src/platform/paths.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { readJournal } from '../../src/records/journal-reader.ts';
import { readStatus } from '../../src/records/status-reader.ts';
import { finished } from '../support/guarded.ts';
import { partsOfRun } from '../support/run.ts';
import { simulatedGuard } from '../support/simulated-guard.ts';

// Each event begins a file.
vi.mock('../../src/records/journal.ts', async (original) => {
  const real = await original<typeof import('../../src/records/journal.ts')>();
  const openJournal: typeof real.openJournal = (options) => real.openJournal({ ...options, rotateBytes: 0 });
  return { ...real, openJournal };
});

/** The folder may go while the status is being written. */
const unheard = (): void => {};

/** A reporter, with the core beside it whose turns it reports. */
function reporting(
  { run }: ReturnType<typeof partsOfRun>,
  version: () => AgentVersion | null,
  degraded: (detail: string) => void,
) {
  let state = initialState(performance.now());
  const reporter = openReporter({
    launch: run.launch,
    paths: run.paths,
    config: defaults,
    version,
    guardVersion: '0',
    state: () => state,
    sessionId: () => null,
    cwd: () => '/',
    resume: () => null,
    degraded,
  });
  const tell = (observation: Observation): void => {
    const event = { ...observation, at: performance.now() };
    const before = state;
    const result = step(before, event, defaults);
    state = result.state;
    reporter.turned(event, before, result);
  };
  const sleep = (ms: number) => {
    const slept = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + ms);
    tell({ type: 'tick' });
    slept.mockRestore();
  };
  const end = async () => {
    await reporter.settle(0);
    reporter.close();
  };
  return { reporter, tell, sleep, end, state: () => state };
}

test('a guard that could not help is on record as such, even once it has gone', async () => {
  const guard = await simulatedGuard({
    GUARDED_CLAUDE_RESTART_LIMIT: '0',
    GUARDED_CLAUDE_MIN_UPTIME_MS: '0',
  });
  await guard.submit('hello');
  await guard.terminal.waitFor(finished);
  const run = guard.status()?.run ?? '';
  guard.trigger('die');
  expect(await guard.terminal.exited).toMatchObject({ code: 137 });
  expect(readIncidents(guard.state).at(-1)).toMatchObject({ outcome: 'gave_up' });
  expect(readStatus(runPaths(guard.state, run).status)).toMatchObject({ state: 'gave_up' });
});

test('a session that the person ends has ended', async () => {
  const guard = await simulatedGuard();
  const run = guard.status()?.run ?? '';
  await guard.leave();
  expect(readStatus(runPaths(guard.state, run).status)).toMatchObject({ state: 'ended' });
});

test('an agent that was updated is on record as what it is now, an incident as what it befell', async () => {
  const parts = partsOfRun();
  const { run, agent } = parts;
  let version: AgentVersion | null = agent.program.version;
  const { tell, end, state } = reporting(
    parts,
    () => version,
    (detail) => expect.fail(detail),
  );
  const start = (generation: number) =>
    tell({ type: 'agent.started', generation, pid: 1, resumed: generation > 1, prompted: false });
  const relaunch = () => {
    tell({ type: 'command', command: 'relaunch' });
    tell({ type: 'saved', ok: true });
    tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    tell({ type: 'stop.done', generation: 1, left: 0 });
    for (let probes = 0; state().name === 'down' && probes < 9; probes++)
      tell({ type: 'network.probed', reachable: true, latencyMs: 1 });
  };
  const incidents = () =>
    readIncidents(statePaths(run.launch.env)).map(({ id, agent_version }) => [id.at(-1), agent_version]);
  const status = () => readStatus(run.paths.status)?.agent_version;

  start(1);
  relaunch();
  expect(state().name).toBe('launching');
  await vi.waitFor(() => expect(status()).toBe('2.1.329'));
  version = { text: '2.1.332', parts: [2, 1, 332] };
  start(2);
  tell({ type: 'screen', facts: { activity: 'idle' } });
  await vi.waitFor(() => expect(status()).toBe('2.1.332'));
  expect(incidents()).toEqual([['1', '2.1.329']]);
  tell({ type: 'command', command: 'relaunch' });
  tell({ type: 'stop.refused', detail: 'somebody has it' });
  expect(incidents().at(-1)).toEqual(['2', '2.1.332']);
  await end();
});

test('an incident that a sleep divides began when it began', async () => {
  const { reporter, tell, sleep, end } = reporting(partsOfRun(), () => null, unheard);
  const began = performance.now();
  const beganAt = () =>
    reporter.recordOf({
      number: 1,
      class: 'offline',
      beganAt: began,
      detectedAt: began,
      endedAt: null,
      evidence: [],
      actions: [],
      outcome: 'open',
    }).began_at;
  tell({ type: 'tick' });
  const evening = beganAt();
  sleep(36_000_000);
  expect(beganAt()).toBe(evening);
  await end();
});

test('each file of the journal begins with what the clocks show then', async () => {
  const parts = partsOfRun();
  const { tell, sleep, end } = reporting(parts, () => null, unheard);
  tell({ type: 'tick' });
  sleep(36_000_000);
  await end();
  const offsets = readJournal(parts.run.paths.journal).map(
    ({ header }) => header.wall_ms - header.monotonic_ms,
  );
  expect((offsets.at(-1) ?? 0) - (offsets[0] ?? 0)).toBeGreaterThan(35_000_000);
});
