/**
 * Simulated time. Only what is due moves the clock; what is due at the same moment comes in the order of its planning.
 */
import type { Millis } from '../../../src/events.ts';

export interface Scheduler {
  now(): Millis;
  /** @returns takes it back */
  after(ms: Millis, act: () => void): () => void;
  /** Carries out what is due first, if it is due until then. @returns false: nothing is; it is `end` now */
  next(end: Millis): boolean;
  /** Carries out all that is due until then. */
  runUntil(end: Millis): void;
}

interface Due {
  readonly at: Millis;
  readonly order: number;
  act: (() => void) | null;
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

export function createScheduler(): Scheduler {
  /** A binary heap, the earliest first. */
  const heap: Due[] = [];
  let now = 0;
  let order = 0;

  function swap(a: number, b: number): void {
    [heap[a], heap[b]] = [heap[b] as Due, heap[a] as Due];
  }

  function push(due: Due): void {
    heap.push(due);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at] as Due, heap[parent] as Due)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function pop(): Due {
    const first = heap[0] as Due;
    const last = heap.pop() as Due;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < heap.length && isBefore(heap[child] as Due, heap[least] as Due)) least = child;
      if (least === at) return first;
      swap(at, least);
      at = least;
    }
  }

  function next(end: Millis): boolean {
    while (heap[0] !== undefined && heap[0].at <= end) {
      const { at, act } = pop();
      if (act === null) continue;
      now = at;
      act();
      return true;
    }
    now = end;
    return false;
  }

  return {
    now: () => now,
    after(ms, act) {
      const due: Due = { at: now + Math.max(0, ms), order: order++, act };
      push(due);
      return () => {
        due.act = null;
      };
    },
    next,
    runUntil(end) {
      while (next(end));
    },
  };
}
