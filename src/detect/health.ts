/**
 * What healthy silence looks like at this API. A gateway without pings or a slow local model may be silent for
 * minutes and still answer: the longest silence that ended by itself is remembered, per host and across runs, and no
 * limit is ever below a safe multiple of it.
 */
import type { Millis } from '../events.ts';

export interface Health {
  /** Longest wait for a first byte that ended with one; 0: none seen yet. */
  readonly firstByteMs: Millis;
  /** Longest pause in mid-response after which bytes came again. */
  readonly streamMs: Millis;
  /** It was heard to bridge a silence with pings: one that it does not bridge breaks a habit. */
  readonly pings?: true;
}

/** The silences that teach. */
export type Lesson = 'firstByteMs' | 'streamMs';

export const noHealth: Health = { firstByteMs: 0, streamMs: 0 };

/** Healthy silences are rare and their tail is long: half as much again is asked before one is called dead. */
const margin = 1.5;
/** Nobody waits for longer, whatever was granted: a lesson beyond it would be an error of somebody's. */
export const maxLessonMs = 3_600_000;

/** The longest that an agent waits for a silent API, unless it says otherwise (600 s of pings, lab notes §1a). */
export const usualDeadlineMs = 600_000;
/** At its own deadline the agent shall act first. */
const afterDeadline = 1.1;

/**
 * A silence has ended with a byte from the API. Below a second nothing is worth remembering; beyond the agent's own
 * deadline it is a broken day, not a habit.
 */
export function learn(health: Health, kind: Lesson, silentMs: Millis, deadlineMs: Millis): Health {
  const maxMs = Math.min(maxLessonMs, deadlineMs);
  if (silentMs < 1_000 || silentMs > maxMs || silentMs <= health[kind]) return health;
  return { ...health, [kind]: Math.round(silentMs) };
}

/** What stretches a limit: the turn's patience, up to the agent's own deadline; beyond it the agent helps itself. */
export interface Patience {
  readonly patience: number;
  readonly deadlineMs: Millis;
}

/** The limit that holds: the configured one, or the safe multiple of what was healthy, stretched by patience. */
export function limit(configuredMs: Millis, healthyMs: Millis, { patience, deadlineMs }: Patience): Millis {
  const usualMs = Math.max(configuredMs, healthyMs * margin);
  return Math.max(usualMs, Math.min(usualMs * patience, deadlineMs * afterDeadline));
}
