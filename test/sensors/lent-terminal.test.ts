/** A process that has the agent's terminal while the agent waits for it, such as the person's editor. */
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { descendants, sample, stopTree } from '../../src/platform/process-tree.ts';
import { readingTerminals } from '../../src/platform/standard-input.ts';
import { processSensor } from '../../src/sensors/process.ts';
import { openPty } from '../../src/terminal/pty.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

interface Process {
  readonly parent?: number;
  readonly detached?: boolean;
  readonly ageMs?: number;
  readonly reads: boolean;
}

function agent() {
  const below = new Map<number, Process>();
  const told: Observation[] = [];
  const measured: number[] = [];
  const sensor = processSensor({
    descendants: () =>
      [...below].map(([pid, { parent = 1, detached = false, ageMs = 0 }]) => ({
        pid,
        startTime: '1',
        parent,
        detached,
        ageMs,
      })),
    sample(pid) {
      measured.push(pid);
      return { cpuMs: 1, state: 'S', rssBytes: 2 };
    },
    reading: (pids) => new Set(pids.filter((pid) => below.get(pid)?.reads)),
  });
  sensor.start((each) => told.push(each));
  sensor.newAgent(1, 7);
  const changes = () => told.map(({ type }) => type).filter((type) => type !== 'agent.sample');
  /** Which process counts as the agent, and how old its youngest helper is. */
  const look = () => {
    sensor.sampleNow();
    const last = told.at(-1);
    return [measured.at(-1), last?.type === 'agent.sample' ? last.helperAgeMs : null];
  };
  return { below, told, sensor, changes, look };
}

/** A script that the agent could be. */
function inTerminal(script: string) {
  const pty = openPty({
    file: '/bin/sh',
    args: ['-c', script],
    env: { PATH: process.env.PATH },
    cwd: '/',
    columns: 80,
    rows: 24,
    generation: 1,
  });
  pty.onExit(() => {});
  onTestFinished(async () => {
    const { pid } = pty;
    await stopTree([...descendants(pid), { pid, startTime: startTimeOf(pid) ?? '' }], { graceMs: 0 });
    pty.close();
  });
  return pty;
}

const editor: Process = { reads: true };

it('reports an editor in mid-turn, and its end', () => {
  const { below, sensor, changes } = agent();
  sensor.shown();
  sensor.working(true);
  vi.advanceTimersByTime(4_000);
  below.set(10, { reads: true }).set(11, { reads: true, parent: 10 }); // of a shell
  vi.advanceTimersByTime(2_000);
  expect(changes()).toEqual(['terminal.lent']);
  sensor.working(false); // as the phase says while it lasts
  vi.advanceTimersByTime(600_000);
  expect(changes()).toEqual(['terminal.lent']);
  below.clear();
  vi.advanceTimersByTime(2_000);
  expect(changes()).toEqual(['terminal.lent', 'terminal.returned']);
});

it('reports it at once between turns, as the terminal changes hands, and rests again after it', () => {
  const { below, told, sensor, changes } = agent();
  sensor.shown();
  below.set(10, editor);
  sensor.changesHands();
  expect(changes()).toEqual(['terminal.lent']);
  below.clear();
  sensor.changesHands();
  expect(changes()).toEqual(['terminal.lent', 'terminal.returned']);
  below.set(11, editor); // nobody looks
  vi.advanceTimersByTime(600);
  const seen = told.length;
  below.clear();
  vi.advanceTimersByTime(60_000);
  expect(told.slice(seen).map(({ type }) => type)).toEqual(['terminal.returned']);
});

it('looks once more, because the editor may not have been started yet', () => {
  const { below, sensor, changes } = agent();
  sensor.shown();
  sensor.changesHands();
  below.set(10, editor);
  vi.advanceTimersByTime(1_000);
  expect(changes()).toEqual(['terminal.lent']);
});

it.each([
  ['a server, a hook or git, which have pipes', { reads: false }],
  ['a command, which has a session of its own', { reads: true, detached: true }],
] as const)('is not deceived by %s', (_, process) => {
  const { below, sensor, changes } = agent();
  sensor.shown();
  sensor.working(true);
  below.set(10, process);
  vi.advanceTimersByTime(10_000);
  sensor.changesHands();
  expect(sensor.looksLent()).toBe(false);
  expect(changes()).toEqual([]);
});

it('takes what a wrapper has started for the agent itself, and reports the editor below it', () => {
  const { below, sensor, changes } = agent();
  below.set(10, { reads: true, ageMs: 500 });
  sensor.changesHands(); // it draws for the first time
  sensor.shown();
  sensor.working(true);
  vi.advanceTimersByTime(10_000);
  expect(changes()).toEqual([]);
  below.set(11, { reads: true, parent: 10 });
  expect(sensor.looksLent()).toBe(true);
  expect(changes()).toEqual(['terminal.lent']);
});

it('takes what a wrapper has started again for the agent, once it works', () => {
  const { below, sensor, changes } = agent();
  below.set(10, { reads: true });
  sensor.shown();
  below.clear();
  below.set(20, { reads: true, ageMs: 6_000 });
  sensor.changesHands();
  expect(changes()).toEqual(['terminal.lent']);
  sensor.working(true);
  vi.advanceTimersByTime(2_000);
  expect(changes()).toEqual(['terminal.lent', 'terminal.returned']);
});

it('measures the agent itself behind wrappers, from its start on, and its helpers', () => {
  const { below, sensor, look } = agent();
  expect(look()).toEqual([1, undefined]);
  below.set(10, { reads: true }).set(11, { reads: true, parent: 10 }); // a wrapper that a wrapper has started
  expect(look()).toEqual([11, undefined]);
  sensor.shown();
  sensor.working(true);
  expect(look()).toEqual([11, undefined]);
  below.set(12, { reads: false, parent: 11, ageMs: 70 }); // a hook
  expect(look()).toEqual([11, 70]);
  below.delete(12);
  below.set(13, { reads: true, parent: 11 }); // an editor
  expect(look()).toEqual([11, 0]);
  below.clear(); // the wrapper cleans up
  expect(look()).toEqual([1, undefined]);
});

it('measures the agent that a wrapper has started again, once it works', () => {
  const { below, sensor, look } = agent();
  below.set(10, { reads: true });
  sensor.shown();
  below.clear();
  below.set(20, { reads: true, ageMs: 6_000 });
  sensor.working(true);
  expect(look()[0]).toBe(20);
});

it('measures the process that was started, whatever that lends its terminal to', () => {
  const { below, sensor, look } = agent();
  sensor.shown();
  below.set(10, editor);
  expect(look()[0]).toBe(1);
});

it('does not take an editor for the agent because the turn was reported only after it was opened', () => {
  const { below, sensor, changes } = agent();
  sensor.shown();
  below.set(10, { reads: true, ageMs: 1_000 });
  sensor.working(true);
  vi.advanceTimersByTime(2_000);
  expect(changes()).toEqual(['terminal.lent']);
});

it('forgets it with its agent', () => {
  const { below, sensor, changes } = agent();
  sensor.shown();
  below.set(10, editor);
  expect(sensor.looksLent()).toBe(true);
  below.clear();
  sensor.newAgent(2, 8);
  vi.advanceTimersByTime(60_000);
  expect(sensor.looksLent()).toBe(false);
  expect(changes()).toEqual(['terminal.lent']);
});

it('sees it in real processes', async () => {
  vi.useRealTimers();
  const script =
    'sleep 60 </dev/null & setsid sleep 60 & echo up; read go; sh -c "echo opened; read done"; read end';
  const pty = inTerminal(script);
  let shown = '';
  let check = () => {};
  pty.onOutput((chunk) => {
    shown += chunk.toString('latin1');
    check();
  });
  const shows = (what: string) =>
    new Promise<void>((resolve) => {
      check = () => {
        if (shown.includes(what)) resolve();
      };
      check();
    });
  const told: Observation[] = [];
  const sensor = processSensor({ descendants, sample, reading: readingTerminals });
  sensor.start((each) => told.push(each));
  sensor.newAgent(pty.pid, 1);
  await shows('up');
  sensor.shown();
  expect(sensor.looksLent()).toBe(false);
  pty.write(Buffer.from('\n'));
  await shows('opened');
  expect(sensor.looksLent()).toBe(true);
  pty.write(Buffer.from('\n'));
  while (sensor.looksLent()) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(told.map(({ type }) => type)).toEqual(['terminal.lent', 'terminal.returned']);
  sensor.stop();
});

it('measures it in real processes: a wrapper sleeps, its child does not', async () => {
  vi.useRealTimers();
  const pty = inTerminal(`'${process.execPath}' -e 'setInterval(() => {}, 5); console.log("up")'; true`);
  const up = new Promise<void>((resolve) => {
    pty.onOutput((chunk) => {
      if (chunk.includes('up')) resolve();
    });
  });
  const told: Observation[] = [];
  const sensor = processSensor({ descendants, sample, reading: readingTerminals });
  sensor.start((each) => told.push(each));
  sensor.newAgent(pty.pid, 1);
  await up;
  sensor.shown();
  sensor.sampleNow();
  await new Promise((resolve) => setTimeout(resolve, 200));
  sensor.sampleNow();
  const [before, after] = told.filter((each) => each.type === 'agent.sample');
  expect(before?.cpuMs).toBeGreaterThan(0); // a shell that waits has used none
  if (process.platform === 'linux') expect(after?.yields).toBeGreaterThan(before?.yields ?? 0);
  sensor.stop();
});

it.skipIf(spawnSync('lsof', ['-v']).error)('asks lsof where there is no /proc', () => {
  const pty = inTerminal('read end');
  pty.onOutput(() => {});
  const { pid } = pty;
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }));
  expect(readingTerminals([pid, 2 ** 22 + 1])).toEqual(new Set([pid]));
});
