/**
 * Simulated time for code that waits by node's own timers. While it is taken over, every timer of the process is due in
 * simulated time, so nothing else may run beside it.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import type { Millis } from '../../../src/events.ts';
import { createScheduler, type Scheduler } from '../sim/scheduler.ts';

export interface SimulatedTime extends Pick<Scheduler, 'now' | 'after'> {
  /** Carries out all that is due until then, and whatever follows from it. */
  run(until: Millis): Promise<void>;
  /** The process has its own timers again. */
  giveBack(): void;
}

/** Files take no simulated time: the clock stands still while one is read or written. */
async function quiet(turn: () => Promise<void>): Promise<void> {
  do await turn();
  while (process.getActiveResourcesInfo().some((name) => /^FSReq|^CloseReq/.test(name)));
}

/** `Date.now()` and `new Date()` tell the same time. */
const simulatedDate = (now: () => Millis): DateConstructor =>
  new Proxy(Date, {
    construct: (date, args, by) => Reflect.construct(date, args.length === 0 ? [now()] : args, by),
    get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)),
  });

type Act = (...args: unknown[]) => void;

export function takeTime(): SimulatedTime {
  const scheduler = createScheduler();
  const waiting = createRequire(import.meta.url)('node:timers/promises') as Record<string, unknown>;
  const own = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setImmediate: globalThis.setImmediate,
    pause: waiting.setTimeout,
    Date: globalThis.Date,
  };
  const turn = () => new Promise<void>((resolve) => void own.setImmediate(resolve));
  const timer = (ms: Millis, act: () => void) => {
    const takeBack = scheduler.after(ms, act);
    const handle = { takeBack, ref: () => handle, unref: () => handle };
    return handle;
  };

  const again = (act: Act, ms = 0, ...args: unknown[]) => {
    let next = timer(ms, due);
    function due(): void {
      next = timer(ms, due);
      act(...args);
    }
    const handle = { takeBack: () => next.takeBack(), ref: () => handle, unref: () => handle };
    return handle;
  };
  const stop = (handle?: { takeBack?: () => void }) => handle?.takeBack?.();

  Object.assign(globalThis, {
    setInterval: again,
    clearInterval: stop,
    setTimeout: (act: Act, ms = 0, ...args: unknown[]) => timer(ms, () => act(...args)),
    setImmediate: (act: Act, ...args: unknown[]) => timer(0, () => act(...args)),
    clearTimeout: stop,
  });
  waiting.setTimeout = (ms: Millis, value: unknown) =>
    new Promise((resolve) => void scheduler.after(ms, () => resolve(value)));
  performance.now = scheduler.now;
  globalThis.Date = simulatedDate(scheduler.now);
  syncBuiltinESMExports();

  return {
    now: scheduler.now,
    after: scheduler.after,
    async run(until) {
      do await quiet(turn);
      while (scheduler.next(until));
    },
    giveBack() {
      const { pause, ...globals } = own;
      Object.assign(globalThis, globals);
      waiting.setTimeout = pause;
      Reflect.deleteProperty(performance, 'now');
      syncBuiltinESMExports();
    },
  };
}
