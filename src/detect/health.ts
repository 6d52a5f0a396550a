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
}

export const noHealth: Health = { firstByteMs: 0, streamMs: 0 };

/** Healthy silences are rare and their tail is long: half as much again is asked before one is called dead. */
const margin = 1.5;
/** A silence beyond this is a broken day, not a habit: it teaches nothing. */
const longestLesson = 600_000;

/** A silence has ended with a byte from the API. Below a second nothing is worth remembering. */
export function learn(health: Health, kind: keyof Health, silentMs: Millis): Health {
  if (silentMs < 1_000 || silentMs > longestLesson || silentMs <= health[kind]) return health;
  return { ...health, [kind]: Math.round(silentMs) };
}

/** The limit that holds: the configured one, or the safe multiple of what was healthy, times this turn's patience. */
export function limit(configuredMs: Millis, healthyMs: Millis, patience: number): Millis {
  return Math.max(configuredMs, healthyMs * margin) * patience;
}
