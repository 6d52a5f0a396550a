/** What the world knows: which rule was broken, what led to it, and how often each thing has happened. */

import type { Violation } from '../seeds.ts';
import type { Clock } from './clock.ts';

export interface Ledger {
  readonly violations: Violation[];
  readonly log: string[];
  readonly reached: Map<string, number>;
  note(line: string): void;
  broke(rule: string, what: string): void;
  /** Breaks the rule unless it holds. */
  holds(isSo: boolean, rule: string, what: string): void;
  happened(what: string): void;
}

export function createLedger(clock: Pick<Clock, 'now'>): Ledger {
  const violations: Violation[] = [];
  const log: string[] = [];
  const reached = new Map<string, number>();
  const note = (line: string): void =>
    void log.push(`${(clock.now() / 1_000).toFixed(3).padStart(9)} ${line}`);
  function broke(rule: string, what: string): void {
    violations.push({ at: clock.now(), rule, what });
    note(`✗ ${rule}: ${what}`);
  }
  return {
    violations,
    log,
    reached,
    note,
    broke,
    holds: (isSo, rule, what) => void (isSo || broke(rule, what)),
    happened: (what) => void reached.set(what, (reached.get(what) ?? 0) + 1),
  };
}
