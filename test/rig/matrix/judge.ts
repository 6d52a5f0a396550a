/**
 * Holds what happened in a cell against what is right there. Pure. The judgement knows the world alone; what the guard
 * has written down is compared apart from it.
 */
import { type Rung, rungs } from '../../../src/effects.ts';
import type { IncidentRecord } from '../../../src/records/incidents.ts';
import { type Senses, seesWire } from './senses.ts';
import type { Expectation, Situation } from './situation.ts';
import { inRange } from './version-range.ts';
import type { Touch } from './world.ts';

/** What is right in one cell. */
export interface Right {
  readonly ends: Expectation['ends'];
  readonly most: Rung | 'none';
  readonly finds: readonly string[];
  readonly newProcess: boolean;
}

/** What the world saw. */
export interface Seen {
  /** The turn came to its end. */
  readonly ended: boolean;
  readonly alive: boolean;
  /** More than one agent lived at a time. */
  readonly sawTwo: boolean;
  readonly before: readonly Touch[];
  readonly tested: readonly Touch[];
  readonly after: readonly Touch[];
  /** What went wrong in the healthy turn after it; null: nothing, or none was played. */
  readonly next: string | null;
  /** Processes of the run that outlived it. */
  readonly left: readonly string[];
  /** What the situation's own look at the end found wrong. */
  readonly checked: string | null;
}

export interface Judgement {
  /** Touches that are stronger than what is right. */
  readonly falseTouches: number;
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
}

/** Without the wire the mildest cure for a silent connection is typing, and the screen is the witness. */
const blindMost = (most: Rung | 'none'): Rung | 'none' => (most === 'cut' ? 'nudge' : most);
const blindFinds = (finds: readonly string[]): readonly string[] =>
  finds.some((name) => name === 'dead-stream' || name === 'no-first-byte' || name === 'endless-response')
    ? ['silent-screen']
    : finds;

export function rightFor(situation: Situation, version: string, senses: Senses): Right {
  const fitting = (situation.exceptions ?? []).filter(
    (exception) => inRange(version, exception.versions ?? {}) && (exception.senses?.includes(senses) ?? true),
  );
  const expect: Expectation = Object.assign(
    {},
    situation.expect,
    ...fitting.map((exception) => exception.expect),
  );
  const blind = !seesWire(senses);
  const most = blind ? (expect.mostBlind ?? blindMost(expect.most)) : expect.most;
  return {
    ends: expect.ends,
    most,
    finds: blind ? (expect.findsBlind ?? blindFinds(expect.finds)) : expect.finds,
    newProcess: expect.newProcess ?? false,
  };
}

const strength = (action: Rung | 'none') => (action === 'none' ? -1 : rungs.indexOf(action));
/** The mildest cure that leaves this mark in the world. */
const rungOf: Readonly<Record<Touch, Rung>> = { cut: 'cut', typed: 'nudge', relaunched: 'relaunch' };

const joined = (problems: readonly (string | null)[]): string | null => {
  const found = problems.filter((problem) => problem !== null);
  return found.length > 0 ? [...new Set(found)].join('; ') : null;
};

export function judge(right: Right, seen: Seen): Judgement {
  const { tested, before, after } = seen;
  const excessive = tested.filter((touch) => strength(rungOf[touch]) > strength(right.most));
  const problem = joined([
    right.ends === 'turn' && !seen.ended ? 'the turn did not come to its end' : null,
    seen.next === null ? null : `the turn after it: ${seen.next}`,
    seen.alive ? null : 'the agent is gone',
    seen.sawTwo ? 'two agents at a time' : null,
    tested.includes('relaunched') && !right.newProcess ? 'another process' : null,
    ...excessive.map((touch) => `touched: ${touch}`),
    ...before.map((touch) => `touched in the healthy turn before: ${touch}`),
    ...after.map((touch) => `touched in the healthy turn after: ${touch}`),
    seen.checked,
    ...seen.left.map((command) => `left behind: ${command}`),
  ]);
  return { falseTouches: excessive.length + before.length + after.length, problem };
}

/** Where the guard's record tells another story than the row expects; null: nowhere. */
export function judgeRecord(right: Right, incidents: readonly IncidentRecord[]): string | null {
  const [first] = incidents;
  return joined([
    right.finds.length > 0 && !first ? 'not on record' : null,
    right.finds.length > 0 && first && !right.finds.includes(first.class) ? `called ${first.class}` : null,
    ...incidents
      .flatMap(({ actions }) => actions)
      .filter(({ action }) => strength(action) > strength(right.most))
      .map(({ action, detail }) => `${action} (${detail})`),
    ...incidents
      .filter(({ outcome }) => outcome === 'open' || outcome === 'gave_up')
      .map((incident) => `${incident.class} ended as ${incident.outcome}`),
  ]);
}
