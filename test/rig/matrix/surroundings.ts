/**
 * What surrounds the agent in a cell besides the thing that is brought about, drawn by the cell's name: a cell that is
 * played again is played in the same surroundings, and no situation has only kind ones. Pure.
 */

import { seededRandom, seedOf } from '../../../src/drill/seeded-random.ts';
import type { HelperTraffic } from '../../../src/drill/tls-stand-in.ts';
import { type GitHelper, gitHelpers } from './git-helper.ts';
import { inRange } from './version-range.ts';

export interface Drawn {
  /** What becomes of the agent's traffic to other hosts, and of its telemetry. */
  readonly helpers: HelperTraffic;
  /** What becomes of the `git` that the agent starts at its first prompt. */
  readonly git: GitHelper;
  /** Draws where answers are split on the wire. */
  readonly seed: number;
  /** A healthy turn comes before the one that is tested; else that is the session's first. */
  readonly turnBefore: boolean;
}

export function drawSurroundings(name: string, version: string): Drawn {
  const seed = seedOf(name);
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const helpers = pick(['refused', 'slow', 'refused', 'slow', 'hanging'] as const);
  const git = pick(gitHelpers);
  const turnBefore = pick([true, true, false]);
  // 1.0.x asks nothing before its helpers have answered or 30 s are over, which no limit here has room for.
  return { helpers: inRange(version, { before: '2.0.0' }) ? 'refused' : helpers, git, seed, turnBefore };
}
