/**
 * Whether the agent has lent its terminal to a process that it has started, such as the person's editor. It waits for
 * the end of that process, and draws nothing meanwhile. Hooks, servers and git get pipes as their standard input, and
 * tools a session of their own, so a process of the agent's session that reads the terminal is one that the person
 * uses. A wrapper's child reads it, too. It is the agent itself, and is known by being there when the agent shows
 * itself.
 */
import type { Observation } from '../events.ts';
import { type Descendant, nameOf } from './workers.ts';

export interface LentTerminal {
  /** The agent has shown itself: whoever reads its terminal now, and has for this long, belongs to it. */
  adopt(all: readonly Descendant[], leastAgeMs: number): void;
  /** @returns what has changed since the last look */
  look(
    all: readonly Descendant[],
  ): Extract<Observation['type'], 'terminal.lent' | 'terminal.returned'> | null;
  /**
   * The agent itself below a wrapper: the last in a chain of its own. Null: there is no wrapper. Nothing is lent before
   * the agent has shown itself.
   */
  behindWrapper(all: readonly Descendant[]): Descendant | null;
  readonly isLent: boolean;
}

/** A younger process may just be about to become what it was started for. */
const settledMs = 2_000;

/** @param reading those of these processes whose standard input is a terminal */
export function lentTerminal(reading: (pids: readonly number[]) => ReadonlySet<number>): LentTerminal {
  /** Null: the agent has not shown itself. */
  let own: ReadonlySet<string> | null = null;
  /** Of processes that do not read it, the names: they need not be looked at again. */
  let others: ReadonlySet<string> = new Set();
  let isLent = false;

  function readers(all: readonly Descendant[]): readonly Descendant[] {
    const near = all.filter((each) => !each.detached);
    const pids = reading(near.filter((each) => !others.has(nameOf(each))).map(({ pid }) => pid));
    others = new Set(near.filter(({ pid, ageMs }) => !pids.has(pid) && ageMs > settledMs).map(nameOf));
    return near.filter(({ pid }) => pids.has(pid));
  }

  return {
    adopt(all, leastAgeMs) {
      const before = own;
      const found = readers(all).filter(
        (each) => each.ageMs >= leastAgeMs || before?.has(nameOf(each)) === true,
      );
      own = new Set(found.map(nameOf));
    },
    look(all) {
      const wasLent = isLent;
      isLent = readers(all).some((each) => !own?.has(nameOf(each)));
      if (isLent === wasLent) return null;
      return isLent ? 'terminal.lent' : 'terminal.returned';
    },
    behindWrapper(all) {
      const known = own;
      const chain = known === null ? readers(all) : all.filter((each) => known.has(nameOf(each)));
      return chain.at(-1) ?? null;
    },
    get isLent() {
      return isLent;
    },
  };
}
