/** The guard may break, the session may not. */
import { describe, expect, test, vi } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { isAtRest } from '../../src/decide/at-rest.ts';
import { lookAgainAt, step } from '../../src/decide/machine.ts';
import { initialState } from '../../src/decide/state.ts';
import type { Observation } from '../../src/events.ts';
import { failOpen } from '../../src/guard/fail-open.ts';
import { createLoop } from '../../src/guard/loop.ts';

const started: Observation = {
  type: 'agent.started',
  generation: 1,
  pid: 1,
  resumed: false,
  prompted: false,
};
const exited: Observation = { type: 'agent.exited', generation: 1, code: 3, signal: null };

describe('a core that throws', () => {
  test('is not asked again, and those who emit do not notice', () => {
    const errors: unknown[] = [];
    let asked = 0;
    const loop = createLoop(defaults, initialState(0), (error) => errors.push(error));
    loop.begin({
      step() {
        asked++;
        throw new Error('a bug');
      },
      turned() {},
      perform() {},
      lookAgainAt: () => null,
      isAtRest: () => false,
      rest() {},
    });
    for (let i = 0; i < 20_000; i++) loop.emit({ type: 'tick' });
    expect(asked).toBe(1);
    expect(errors).toHaveLength(1);
  });
});

test('the first event after a standstill finds the clock where it was', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const loop = createLoop(defaults, initialState(performance.now()), () => {});
  loop.begin({ step, turned() {}, perform() {}, lookAgainAt, isAtRest, rest() {} });
  loop.emit(started);
  vi.advanceTimersByTime(1_000);
  loop.emit({ type: 'tick' });
  const before = loop.state().evidence.now;
  vi.advanceTimersByTime(60_000);
  loop.emit({ type: 'output', bytes: 1 });
  vi.useRealTimers();
  expect(loop.state().evidence.now - before).toBeLessThanOrEqual(1_000);
});

describe('a guard that is broken', () => {
  const endless = new Promise<never>(() => {});

  test('ends with the agent’s code, whichever comes first', async () => {
    for (const order of [
      [exited, 'broken'],
      ['broken', exited],
    ] as const) {
      const notes: string[] = [];
      const open = failOpen((detail) => notes.push(detail));
      open.see(started);
      for (const what of order) {
        if (what === 'broken') open.broken(new Error('gone wrong'));
        else open.see(what);
      }
      expect(await open.codeOf(endless)).toBe(3);
      expect(notes.join()).toContain('gone wrong');
      open.close();
    }
  });

  test('ends with the agent’s code when its watch fails', async () => {
    const open = failOpen(() => {});
    open.see(started);
    const code = open.codeOf(Promise.reject(new Error('gone wrong')));
    open.see(exited);
    expect(await code).toBe(3);
    open.close();
  });

  test('stays out of the way while nothing is broken', async () => {
    const open = failOpen(() => {});
    open.see(started);
    open.see(exited);
    const first = await Promise.race([
      open.codeOf(endless),
      new Promise((resolve) => setImmediate(() => resolve('nothing'))),
    ]);
    expect(first).toBe('nothing');
    open.close();
  });

  test('notes what nobody has caught', async () => {
    const notes: string[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException'); // the test runner's
    let noted = (): void => {};
    const first = new Promise<void>((resolve) => {
      noted = resolve;
    });
    const open = failOpen((detail) => {
      notes.push(detail);
      noted();
    });
    setImmediate(() => {
      throw new Error('out of nowhere');
    });
    await first;
    open.close();
    for (const other of others) process.on('uncaughtException', other);
    expect(notes.join()).toContain('out of nowhere');
  });
});

test('the core is asked again at the time it names, even if nothing happens', async () => {
  const loop = createLoop(defaults, initialState(performance.now()), () => {});
  const named = performance.now() + 500;
  const asked = new Promise<number>((resolve) =>
    loop.begin({
      step,
      lookAgainAt: () => named,
      isAtRest: () => false,
      rest() {},
      turned: (event) => event.type === 'tick' && resolve(event.at),
      perform: () => {},
    }),
  );
  loop.emit(started);
  expect(await asked).toBeGreaterThan(named - 2); // a timer counts whole milliseconds
});

test('a rest begins when nothing has happened for a while, and ends with whatever happens', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const told: boolean[] = [];
  const loop = createLoop(defaults, initialState(performance.now()), () => {});
  loop.begin({ step, turned() {}, perform() {}, lookAgainAt, isAtRest, rest: (rests) => told.push(rests) });
  const pass = (seconds: number) => {
    for (let passed = 0; passed < seconds; passed++) {
      vi.advanceTimersByTime(1_000);
      loop.emit({ type: 'tick' });
    }
  };
  loop.emit(started);
  pass(10);
  expect(told).toEqual([]);
  pass(10);
  expect(told).toEqual([true]);
  loop.emit({ type: 'output', bytes: 1 });
  expect(told).toEqual([true, false]);
  loop.emit({ type: 'turn.started' });
  pass(60);
  expect(told).toEqual([true, false]);
  vi.useRealTimers();
});

test('what a sense finds when it looks at the end of a rest is dealt with at once', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const types: string[] = [];
  const loop = createLoop(defaults, initialState(performance.now()), () => {});
  loop.begin({
    step,
    turned: ({ type }) => types.push(type),
    perform() {},
    lookAgainAt,
    isAtRest: () => true,
    rest: (rests) => rests || loop.emit({ type: 'network.changed' }),
  });
  loop.emit(started);
  vi.advanceTimersByTime(20_000);
  loop.emit({ type: 'tick' });
  loop.emit({ type: 'output', bytes: 1 });
  vi.useRealTimers();
  expect(types).toEqual(['agent.started', 'tick', 'output', 'network.changed']);
});
