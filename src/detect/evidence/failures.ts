/** How turns fail: the failure that ended the latest one, and how many in a row have ended so. */
import type { FailureKind, Millis } from '../../events.ts';
import type { Sense } from '../claim.ts';

export interface Failure {
  readonly kind: FailureKind;
  readonly at: Millis;
  /**
   * The sense that reported it. The record also holds failures from which the turn recovered, so an answer on record
   * takes back a failure that only the record reported; the turn's last one also takes back what only the screen
   * showed.
   */
  readonly sense: Extract<Sense, 'hooks' | 'screen' | 'record'>;
}

export interface Failures {
  readonly failure: Failure | null;
  /** Turns in a row that ended in a failure. */
  readonly failedTurns: number;
  /** Those of them, in a row, whose request was refused for a reason that is not known, up to the latest such one. */
  readonly refusedTurns: number;
  /** Which of the failed turns that one was; 0: none. */
  readonly lastRefused: number;
}

/** The row of failed turns has come to its end. */
export const noFailures = { failedTurns: 0, refusedTurns: 0, lastRefused: 0 } as const;

/** The turn has ended in a failure. Several senses may report the same one, and not each knows its kind. */
export function failed({ failure: last, ...row }: Failures, failure: Failure): Failures {
  const known = isCounted(last) ? last : null;
  const failedTurns = row.failedTurns + (known === null ? 1 : 0);
  const isNewlyRefused = failure.kind === 'refused' && row.lastRefused !== failedTurns;
  return {
    failure: known !== null && failure.kind === 'other' ? known : failure,
    failedTurns,
    refusedTurns: isNewlyRefused
      ? 1 + (row.lastRefused === failedTurns - 1 ? row.refusedTurns : 0)
      : row.refusedTurns,
    lastRefused: isNewlyRefused ? failedTurns : row.lastRefused,
  };
}

/** The API has understood the request and rejected it, so another try would fare no better. */
export function isRefusal({ kind }: Failure): boolean {
  return kind === 'history' || kind === 'refused' || kind === 'too-long' || kind === 'person';
}

/** A failure known only from the record is not counted: it may belong to the turn before, reported late. */
const isCounted = (failure: Failure | null): failure is Failure =>
  failure !== null && failure.sense !== 'record';
