/** The process of an agent: it runs, hangs, is stopped or is gone; its timers share its fate. */
import type { Millis } from '../../../src/events.ts';
import type { Scheduler } from './scheduler.ts';

export interface Process {
  isAlive(): boolean;
  isStopped(): boolean;
  isStuck(): boolean;
  /** Alive, neither stopped nor stuck. */
  runs(): boolean;
  /** Something of the agent's own: a stopped process makes up for it later, a stuck one never does. */
  later(ms: Millis, act: () => void): void;
  spend(cpuMs: number): void;
  /** From now on what it spends costs memory, too: gigabytes in seconds have been seen. */
  leak(): void;
  /** Of the machine's. */
  memoryShare(): number;
  cpuMs(): number;
  die(): void;
  stop(): void;
  letRunOn(): void;
  getStuck(): void;
}

const usualShare = 0.01;
const leakPerMs = 0.0007;

export function createProcess(scheduler: Scheduler): Process {
  const parked: (() => void)[] = [];
  let alive = true;
  let stopped = false;
  let stuckSince: Millis | null = null;
  let spentMs = 500;
  let isLeaking = false;
  let memoryShare = usualShare;
  const run = (act: () => void): void => {
    if (alive && stuckSince === null) act();
  };
  return {
    isAlive: () => alive,
    isStopped: () => stopped,
    isStuck: () => stuckSince !== null,
    runs: () => alive && !stopped && stuckSince === null,
    later(ms, act) {
      scheduler.after(ms, () => {
        if (alive && stopped) parked.push(act);
        else run(act);
      });
    },
    spend(cpuMs) {
      spentMs += cpuMs;
      if (isLeaking) memoryShare += cpuMs * leakPerMs;
    },
    leak() {
      isLeaking = true;
    },
    memoryShare: () => memoryShare,
    /** A stuck one spins, unless it is stopped, too. */
    cpuMs: () => spentMs + (stuckSince === null ? 0 : scheduler.now() - stuckSince),
    die() {
      alive = false;
    },
    stop() {
      stopped = true;
    },
    letRunOn() {
      stopped = false;
      for (const act of parked.splice(0)) run(act); // each may be what gets it stuck
    },
    getStuck() {
      stuckSince ??= scheduler.now();
    },
  };
}
