/**
 * The rules. They know the world's truth and what the guard did to it, nothing of what the guard thinks: nobody is
 * touched who can go on alone, nobody is started beside a living agent, and cures between two inputs are few.
 */
import { perInput } from '../../../src/decide/budget.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Agent, Trouble } from './agent.ts';
import type { Line } from './line.ts';
import type { Scheduler } from './scheduler.ts';

export interface Violation {
  readonly at: number;
  readonly rule: string;
  readonly what: string;
}

export interface Checker {
  readonly violations: readonly Violation[];
  violate(rule: string, what: string): void;
  /** Looks at the truth; call it before anything is told to the guard. */
  look(): void;
  check(effect: Effect): void;
  personActed(): void;
  slept(): void;
  nudged(): void;
}

/** What the guard learns late by so much it may act on. */
const lateMs = 1_500;
/** Longer than every limit: by then somebody has noticed. */
const unnoticedMs = 40 * 60_000;

export function createChecker(scheduler: Scheduler, line: Line, agents: () => readonly Agent[]): Checker {
  const violations: Violation[] = [];
  /** When the latest agent was last seen in trouble, and which. */
  let trouble: { readonly what: Trouble; readonly at: number } | null = null;
  /** Since when one trouble has lasted that nobody has noticed; null: there is none. */
  let unnoticedSince: number | null = null;
  let isNudging = false;
  /** An incident is on record and has not ended. */
  let isNoticed = false;
  let cuts = 0;
  let launches = 0;
  let sleeps = 0;

  const latest = (): Agent | undefined => agents().at(-1);
  const wasInTrouble = (): boolean => trouble !== null && scheduler.now() - trouble.at <= lateMs;
  const checker: Checker = {
    violations,
    violate(rule, what) {
      violations.push({ at: scheduler.now(), rule, what });
    },
    look() {
      const what = latest()?.trouble() ?? null;
      if (what !== null) trouble = { what, at: scheduler.now() };
      if (what === null || line.state() !== 'up' || isNoticed) unnoticedSince = null;
      else unnoticedSince ??= scheduler.now();
      if (unnoticedSince === null || scheduler.now() - unnoticedSince < unnoticedMs) return;
      checker.violate('trouble is noticed', `${what} for ${unnoticedMs / 60_000} minutes`);
      unnoticedSince = Number.POSITIVE_INFINITY; // once
    },
    check(effect) {
      checker.look();
      switch (effect.type) {
        case 'cut': {
          cuts++;
          const broken = effect.connections.filter((id) => {
            const connection = line.find(id);
            return connection === undefined || connection.isDead || connection.stuckSince !== null;
          });
          if (broken.length === 0 && !wasInTrouble())
            checker.violate(
              'no healthy agent is cut',
              `${effect.why}: connections ${effect.connections.join(', ')}`,
            );
          if (cuts > perInput.cut + sleeps) checker.violate('cuts are few', `${cuts} since the last input`);
          return;
        }
        case 'nudge':
        case 'stop':
          if (effect.type === 'nudge') {
            if (isNudging) checker.violate('one nudge at a time', effect.cause);
            isNudging = true;
          }
          if (!wasInTrouble())
            checker.violate(`no healthy agent gets a ${effect.type}`, `${effect.cause} in ${effect.phase}`);
          return;
        case 'incident':
          isNoticed = effect.incident.endedAt === null;
          return;
        case 'launch':
          launches++;
          if (agents().some((agent) => agent.isAlive()))
            checker.violate('one living agent', 'another is started beside it');
          if (launches > perInput.relaunch)
            checker.violate('relaunches are few', `${launches} since the last input`);
          return;
        default:
      }
    },
    personActed() {
      cuts = 0;
      launches = 0;
      sleeps = 0;
    },
    slept() {
      sleeps++;
    },
    nudged() {
      isNudging = false;
    },
  };
  return checker;
}
