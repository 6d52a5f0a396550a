/**
 * Simulated time beside real sockets: every timer of the code under test is due in simulated time, while bytes travel as
 * fast as the machine lets them. The world lets time pass only when nothing is on its way, so each byte has one time.
 */
import type { Millis } from '../../../src/events.ts';
import { createScheduler } from '../sim/scheduler.ts';

export interface Clock {
  now(): Millis;
  /** Lets time pass, with all that is due meanwhile. */
  pass(ms: Millis): Promise<void>;
  /** Waits until something is so. @returns false: it is not, however long one waits */
  until(isSo: () => boolean): Promise<boolean>;
  /** The same, while time passes, at most this much. */
  passUntil(isSo: () => boolean, most: Millis): Promise<boolean>;
  /** How many timers of the code under test are running. */
  timers(): number;
  /** The process has its own timers again. */
  giveBack(): void;
}

type Act = (...args: unknown[]) => void;

/** Far more than any step takes, even on a busy machine: only what never comes takes so long. */
const neverNs = 5_000_000_000n;
const stepMs = 20;

export function takeClock(): Clock {
  const scheduler = createScheduler();
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const own = { setTimeout, clearTimeout, setInterval, clearInterval };
  const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));
  let running = 0;

  function timer(act: () => void, ms: Millis, repeats: boolean): object {
    let takeBack: (() => void) | null = null;
    const start = () => {
      takeBack = scheduler.after(ms, () => {
        takeBack = null;
        if (repeats) start();
        else running -= 1;
        act();
      });
    };
    running += 1;
    start();
    const handle = {
      ref: () => handle,
      unref: () => handle,
      stop() {
        if (takeBack === null) return;
        takeBack();
        takeBack = null;
        running -= 1;
      },
    };
    return handle;
  }
  const stop = (handle?: { stop?: () => void }) => handle?.stop?.();
  Object.assign(globalThis, {
    setTimeout: (act: Act, ms = 0, ...args: unknown[]) => timer(() => act(...args), ms, false),
    setInterval: (act: Act, ms = 0, ...args: unknown[]) => timer(() => act(...args), ms, true),
    clearTimeout: stop,
    clearInterval: stop,
  });
  performance.now = scheduler.now;

  async function until(isSo: () => boolean): Promise<boolean> {
    const begun = process.hrtime.bigint();
    while (!isSo()) {
      if (process.hrtime.bigint() - begun > neverNs) return false;
      await turn();
    }
    return true;
  }

  return {
    now: scheduler.now,
    until,
    async pass(ms) {
      const end = scheduler.now() + ms;
      await turn();
      while (scheduler.next(end)) await turn();
    },
    async passUntil(isSo, most) {
      const end = scheduler.now() + most;
      while (!isSo() && scheduler.now() < end) {
        for (let turns = 0; turns < 6 && !isSo(); turns++) await turn();
        if (!isSo()) while (scheduler.next(scheduler.now() + stepMs)) await turn();
      }
      return isSo();
    },
    timers: () => running,
    giveBack() {
      Object.assign(globalThis, own);
      Reflect.deleteProperty(performance, 'now');
    },
  };
}
