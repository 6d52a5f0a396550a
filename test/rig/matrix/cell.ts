/** A cell of the matrix, what came of it, and where it can be played. */

import type { HelperTraffic } from '../../../src/drill/tls-stand-in.ts';
import { type Column, columns } from './columns.ts';
import type { GitHelper } from './git-helper.ts';
import type { Situation } from './situation.ts';
import { inRange } from './version-range.ts';

export interface Cell {
  readonly version: string;
  readonly situation: string;
  readonly column: Column;
}

export interface CellResult extends Cell {
  readonly guard_version: string;
  readonly date: string;
  readonly helpers: HelperTraffic;
  readonly git: GitHelper;
  /** Turns of the session, the tested one included. */
  readonly turns: number;
  /** From the beginning of the trouble to the end of the turn, as the world saw it. */
  readonly recover_ms: number | null;
  /** Times that the agent was touched harder than is right, as the world saw it. */
  readonly false_touches: number;
  /** How long a healthy agent was watched. */
  readonly healthy_ms: number;
  readonly ok: boolean;
  /** What the world saw go wrong. */
  readonly problem: string | null;
  /** What the guard's own record says, which is no part of the judgement: classes, cures, its first finding. */
  readonly classes: readonly string[];
  readonly actions: readonly string[];
  readonly detect_ms: number | null;
  /** Where that record tells another story than the row expects. */
  readonly record_problem: string | null;
}

/**
 * Whether it was played to its end: an agent that does not come up, or a rig that stalls, says nothing of the guard.
 */
export const wasPlayed = ({ problem }: CellResult): boolean => !problem?.startsWith(notPlayed);
export const notPlayed = 'not played: ';

export const nameOf = ({ version, situation, column }: Cell): string => `${version}/${situation}/${column}`;

/** First one with --settings, by which the guard has hooks. */
const firstWithHooks = '1.0.61';

/** Whether the situation can happen there. */
export function applies({ version, column }: Cell, situation: Situation): boolean {
  if (column === 'hooks-off' && inRange(version, { before: firstWithHooks })) return false; // `all` once more
  return (
    inRange(version, situation.versions ?? {}) && (situation.senses?.includes(columns[column].senses) ?? true)
  );
}
