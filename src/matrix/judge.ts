/** Holds what happened in a cell against what is right there. Pure. */
import { type Rung, rungs } from '../effects.ts';
import type { IncidentRecord } from '../report/incidents.ts';
import { type Senses, seesWire } from './senses.ts';
import type { Expectation, Situation } from './situation.ts';
import type { Version } from './versions.ts';

/** What is right in one cell. */
export interface Right {
  readonly ends: Expectation['ends'];
  readonly most: Rung | 'none';
  readonly finds: readonly string[];
  readonly newProcess: boolean;
}

export interface Happened {
  readonly incidents: readonly IncidentRecord[];
  /** The turn came to its end. */
  readonly ended: boolean;
  readonly alive: boolean;
  readonly sameProcess: boolean;
  /** Processes of the run that outlived it. */
  readonly left: number;
  /** What the situation's own look at the end found wrong. */
  readonly checked: string | null;
}

export interface Judgement {
  /** Actions stronger than what is right. */
  readonly falseActions: number;
  /** What is wrong; null when nothing is. */
  readonly problem: string | null;
}

/** Without the wire the mildest cure for a silent connection is typing, and the screen is the witness. */
const blindMost = (most: Rung | 'none'): Rung | 'none' => (most === 'cut' ? 'nudge' : most);
const blindFinds = (finds: readonly string[]): readonly string[] =>
  finds.some((name) => name === 'dead-stream' || name === 'no-first-byte' || name === 'endless-response')
    ? ['silent-screen']
    : finds;

export function rightFor(situation: Situation, version: Version, senses: Senses): Right {
  const fitting = (situation.exceptions ?? []).filter(
    (exception) =>
      (exception.versions?.includes(version) ?? true) && (exception.senses?.includes(senses) ?? true),
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

export function judge(right: Right, happened: Happened): Judgement {
  const { incidents } = happened;
  const excessive = incidents
    .flatMap(({ actions }) => actions)
    .filter(({ action }) => strength(action) > strength(right.most));
  const [first] = incidents;
  const problems = [
    right.ends === 'turn' && !happened.ended ? 'the turn did not come to its end' : null,
    happened.alive ? null : 'the agent is gone',
    happened.sameProcess || right.newProcess ? null : 'another process',
    ...excessive.map(({ action, detail }) => `${action} (${detail})`),
    right.finds.length > 0 && !first ? 'not noticed' : null,
    right.finds.length > 0 && first && !right.finds.includes(first.class) ? `found ${first.class}` : null,
    ...incidents
      .filter(({ outcome }) => outcome === 'open' || outcome === 'gave_up')
      .map((incident) => `${incident.class} ended as ${incident.outcome}`),
    happened.checked,
    happened.left > 0 ? `${happened.left} processes left behind` : null,
  ].filter((problem) => problem !== null);
  return {
    falseActions: excessive.length,
    problem: problems.length > 0 ? [...new Set(problems)].join('; ') : null,
  };
}
