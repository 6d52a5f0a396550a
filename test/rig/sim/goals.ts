/**
 * What must be reached, or a thousand runs prove nothing: each kind of freeze with its first cure and its outcome, and
 * each way from one rung of the ladder to the next.
 */
import type { Incident } from '../../../src/effects.ts';

/** @returns what an ended incident shows; nothing of one that is open */
export function keysOf({ class: name, outcome, actions, endedAt }: Incident): readonly string[] {
  if (endedAt === null) return [];
  const rungs = actions.map(({ action }) => action).filter((rung, index, all) => rung !== all[index - 1]);
  const steps = rungs.slice(1).map((rung, index) => `${rungs[index]} → ${rung}`);
  return [`${name} / ${rungs[0] ?? 'none'} / ${outcome}`, ...new Set(steps)];
}

/** Fewer runs than this say nothing about what is reached rarely. */
const leastRuns = 400;
/** How often each goal is reached in a thousand runs of an hour, at least. */
const perThousand = 5;

const goals: readonly string[] = [
  'agent-gone / relaunch / recovered',
  'broken-history / relaunch / recovered',
  'broken-history / ask / user',
  'crashed-screen / relaunch / recovered',
  'crashed-screen / ask / user',
  'cut-short / nudge / recovered',
  'dead-stream / cut / recovered',
  'failed-turn / nudge / recovered',
  'frozen-ui / relaunch / recovered',
  'memory-runaway / relaunch / recovered',
  'never-asked / nudge / recovered',
  'no-first-byte / cut / recovered',
  'offline / hold / recovered',
  'out-of-memory / relaunch / recovered',
  'overdue-tool / nudge / recovered',
  'refused / hold / recovered',
  'silent-end / nudge / recovered',
  'silent-screen / nudge / recovered',
  'slept / cut / recovered',
  'stopped / wait / recovered',
  'hold → cut',
  'hold → relaunch',
  'cut → hold',
  'cut → nudge',
  'nudge → relaunch',
  'nudge → ask',
  'relaunch → cut',
  'relaunch → ask',
];

interface Missed {
  readonly key: string;
  readonly least: number;
  readonly times: number;
}

/** @param runs 0: nothing is asked of them */
export function missed(reached: ReadonlyMap<string, number>, runs: number): readonly Missed[] {
  if (runs < leastRuns) return [];
  const least = Math.max(1, Math.floor((perThousand * runs) / 1_000));
  return goals
    .map((key) => ({ key, least, times: reached.get(key) ?? 0 }))
    .filter(({ times }) => times < least);
}
