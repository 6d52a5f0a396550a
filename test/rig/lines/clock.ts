/**
 * Simulated time beside real sockets: every timer of the code under test is due in simulated time, while bytes travel
 * as fast as the machine lets them. The world lets time pass only when nothing is on its way, so each byte has one
 * time.
 */
import type { Millis } from '../../../src/events.ts';
import { createScheduler } from '../sim/scheduler.ts';

export interface Clock {
  now(): Millis;
  /** Lets time pass, with all that is due meanwhile. */
  pass(ms: Millis): Promise<void>;
  /** Waits until something is so. @returns false: nothing is on its way any more, and it is not */
  until(isSo: () => boolean): Promise<boolean>;
  /** The same, while time passes, at most this much. */
  passUntil(isSo: () => boolean, most: Millis): Promise<boolean>;
  /** Waits until nothing is on its way. */
  quiet(): Promise<void>;
  /** How many timers of the code under test are running. */
  timers(): number;
  /** The process has its own timers again. */
  giveBack(): void;
}

type Act = (...args: unknown[]) => void;

/** Far more than anything takes to arrive, even on a busy machine. */
const patienceNs = 60_000_000_000n;
/** What arrives may have something done in the next turn of the event loop. */
const calmTurns = 2;

/** @param onItsWay what will happen although no time passes; null: nothing */
export function takeClock(onItsWay: () => string | null): Clock {
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
    for (let calm = 0; calm < calmTurns; ) {
      if (isSo()) return true;
      await turn();
      const what = onItsWay();
      calm = what === null ? calm + 1 : 0;
      if (what !== null && process.hrtime.bigint() - begun > patienceNs)
        throw new Error(`still on its way after a minute: ${what}`);
    }
    return isSo();
  }
  const quiet = async () => void (await until(() => false));

  return {
    now: scheduler.now,
    until,
    quiet,
    async pass(ms) {
      const end = scheduler.now() + ms;
      do await quiet();
      while (scheduler.next(end));
    },
    async passUntil(isSo, most) {
      const end = scheduler.now() + most;
      for (;;) {
        if (await until(isSo)) return true;
        if (!scheduler.next(end)) return isSo();
      }
    },
    timers: () => running,
    giveBack() {
      Object.assign(globalThis, own);
      Reflect.deleteProperty(performance, 'now');
    },
  };
}
