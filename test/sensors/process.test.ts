import { spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { descendants, sample } from '../../src/platform/process-tree.ts';
import { type ProcessReader, processSensor } from '../../src/sensors/process.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function agent() {
  const children = new Set<number>();
  /** Those of them that are in a session of their own. */
  const detached = new Set<number>();
  /** The parents of those that the agent did not start itself. */
  const parents = new Map<number, number>();
  const told: Observation[] = [];
  const reader: ProcessReader = {
    descendants: () =>
      [...children].map((pid) => ({
        pid,
        startTime: '1',
        parent: parents.get(pid) ?? 1,
        detached: detached.has(pid),
        ageMs: 10 * pid,
      })),
    sample: () => ({ cpuMs: 1, state: 'S', rssBytes: 2 }),
  };
  const sensor = processSensor(reader);
  sensor.start((each) => told.push(each));
  sensor.newAgent(1, 7);
  const workers = () => told.map((each) => (each.type === 'agent.sample' ? each.workers : null));
  const helpers = () => told.map((each) => (each.type === 'agent.sample' ? each.helperAgeMs : null));
  const runs = (pid: number) => {
    children.add(pid);
    detached.add(pid);
  };
  return { children, detached, parents, told, sensor, workers, helpers, runs };
}

it('measures while a turn runs, and only then', () => {
  const { told, sensor } = agent();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  sensor.working(true);
  sensor.working(true);
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(5);
  expect(told[0]).toEqual({
    type: 'agent.sample',
    generation: 7,
    cpuMs: 1,
    state: 'S',
    memoryShare: expect.any(Number),
    workers: 0,
  });
  sensor.working(false);
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(5);
});

it('measures an agent that starts; what it has started by then is not at work in its turn', () => {
  const { told, sensor, workers, runs } = agent();
  sensor.starting(true);
  runs(10); // a server
  vi.advanceTimersByTime(4_000);
  expect(workers()).toEqual([1, 1]);
  sensor.working(true);
  sensor.starting(false);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([1, 1, 0]);
  sensor.working(false);
  vi.advanceTimersByTime(60_000);
  sensor.starting(true);
  sensor.newAgent(2, 8);
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(3);
});

it('counts the tools that the turn has started, not what was there before', () => {
  const { children, sensor, workers, runs } = agent();
  runs(10); // a command in the background
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  runs(11);
  vi.advanceTimersByTime(2_000);
  children.delete(11);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([1, 0]);
});

it('counts a tool from the first second of a turn', () => {
  const { children, sensor, workers, runs } = agent();
  sensor.working(true);
  children.add(10); // a server, in the agent's own session
  runs(11);
  vi.advanceTimersByTime(4_000);
  expect(workers()).toEqual([1, 1]);
});

it('takes nothing in the agent’s own session for a tool, and reports the age of the youngest helper', () => {
  const { children, parents, sensor, workers, helpers } = agent();
  children.add(20); // a server
  sensor.working(true);
  vi.advanceTimersByTime(2_000);
  children.add(12).add(11); // of 11, which clones a repository
  parents.set(11, 12);
  vi.advanceTimersByTime(2_000);
  children.clear();
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([0, 0, 0]);
  expect(helpers()).toEqual([undefined, 120, undefined]);
});

it('knows the tools of a turn that waits for a person from what was there before, and measures nothing meanwhile', () => {
  const { children, told, sensor, workers, runs } = agent();
  children.add(9);
  runs(10); // a command in the background
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  runs(11);
  vi.advanceTimersByTime(2_000);
  sensor.working(true, true);
  vi.advanceTimersByTime(3_600_000);
  expect(told).toHaveLength(1);
  sensor.working(true);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([1, 1]);
  sensor.working(true, true);
  sensor.working(false); // the person has stopped it
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(2);
});

it('no longer counts what keeps running while the agent sends its next request', () => {
  const { sensor, workers, runs } = agent();
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  runs(10);
  vi.advanceTimersByTime(2_000);
  sensor.listening(0);
  vi.advanceTimersByTime(2_000);
  runs(11);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([1, 0, 1]);
});

it('still counts what was started after the request, if the request is reported late', () => {
  const { sensor, workers, runs } = agent();
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  vi.advanceTimersByTime(1_000);
  runs(10);
  vi.advanceTimersByTime(300);
  sensor.listening(500);
  vi.advanceTimersByTime(700);
  expect(workers()).toEqual([1]);
});

it('does not count what a background command starts later', () => {
  const { children, detached, parents, sensor, workers } = agent();
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  children.add(10);
  detached.add(10);
  sensor.listening(0);
  children.add(11); // of a loop that sleeps
  detached.add(11);
  parents.set(11, 10);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([0]);
});

it('still counts what an older server or wrapper starts', () => {
  const { children, detached, parents, sensor, workers } = agent();
  children.add(10);
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  children.add(11);
  detached.add(11);
  parents.set(11, 10);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([1]);
});

it('leaves out as many commands as the agent counts in the background', () => {
  const { children, detached, parents, sensor, workers } = agent();
  children.add(10); // from an earlier turn
  detached.add(10);
  vi.advanceTimersByTime(10_000);
  sensor.working(true);
  children.add(11).add(12);
  detached.add(11).add(12);
  parents.set(12, 11);
  sensor.inBackground(2);
  vi.advanceTimersByTime(2_000);
  children.add(13); // in the foreground
  detached.add(13);
  vi.advanceTimersByTime(2_000);
  children.delete(11); // the footer lags behind
  children.delete(12);
  sensor.inBackground(1);
  vi.advanceTimersByTime(2_000);
  expect(workers()).toEqual([0, 1, 1]);
});

it('says nothing about an agent that is gone', () => {
  const told: Observation[] = [];
  const sensor = processSensor({ descendants: () => [], sample: () => null });
  sensor.start((each) => told.push(each));
  sensor.newAgent(1, 1);
  sensor.sampleNow();
  expect(told).toEqual([]);
});

it('measures a real process', async () => {
  vi.useRealTimers();
  const child = spawn('sh', ['-c', 'sleep 60 & echo up; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  onTestFinished(() => void process.kill(-(child.pid ?? 0), 'SIGKILL'));
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const told: Observation[] = [];
  const sensor = processSensor({ descendants, sample });
  sensor.start((each) => told.push(each));
  sensor.newAgent(child.pid ?? 0, 1);
  sensor.sampleNow();
  expect(told).toEqual([
    {
      type: 'agent.sample',
      generation: 1,
      cpuMs: expect.any(Number),
      state: expect.stringMatching(/^[SRD]/),
      yields: expect.any(Number),
      memoryShare: expect.any(Number),
      workers: 0,
      helperAgeMs: expect.closeTo(0, -4),
    },
  ]);
});
