/**
 * What healthy silence looks like at this API. A gateway without pings or a slow local model may be silent for minutes
 * and still answer. So the longest silence that ended by itself is remembered, per host and across runs, and no limit
 * is ever below a safe multiple of it.
 */
import type { Millis } from '../events.ts';

export interface Health {
  /** Longest wait for a first byte that ended with one; 0: none seen yet. */
  readonly firstByteMs: Millis;
  /** Longest pause in mid-response after which bytes came again. */
  readonly streamMs: Millis;
  /** The host was heard to bridge a silence with pings, so a silence without pings is unusual for it. */
  readonly pings?: true;
}

/** The kinds of silence that are learnt. */
export type Lesson = 'firstByteMs' | 'streamMs';

export const noHealth: Health = { firstByteMs: 0, streamMs: 0 };

/**
 * Healthy silences are rare and their tail is long, so a limit is at least one and a half times the longest one seen.
 */
const margin = 1.5;
/** Nobody waits longer than this, whatever deadline was set; a longer lesson would be an error. */
export const maxLessonMs = 3_600_000;

/** The longest that an agent waits for a silent API, unless configured otherwise (600 s of pings, measured). */
export const usualDeadlineMs = 600_000;
/** Limits end a little after the agent's own deadline, so that the agent acts first. */
const afterDeadline = 1.1;

/**
 * A silence has ended with a byte from the API. Below a second it is not worth remembering; beyond the agent's own
 * deadline it is an outage, not a habit.
 */
export function learn(health: Health, kind: Lesson, silentMs: Millis, deadlineMs: Millis): Health {
  const maxMs = Math.min(maxLessonMs, deadlineMs);
  if (silentMs < 1_000 || silentMs > maxMs || silentMs <= health[kind]) return health;
  return { ...health, [kind]: Math.round(silentMs) };
}

/** What stretches a limit: the turn's patience, up to the agent's own deadline. Beyond it the agent helps itself. */
export interface Patience {
  readonly patience: number;
  readonly deadlineMs: Millis;
}

/**
 * The effective limit: the configured one or the safe multiple of the longest healthy silence, whichever is longer,
 * stretched by patience.
 */
export function limit(configuredMs: Millis, healthyMs: Millis, { patience, deadlineMs }: Patience): Millis {
  const usualMs = Math.max(configuredMs, healthyMs * margin);
  return Math.max(usualMs, Math.min(usualMs * patience, deadlineMs * afterDeadline));
}
