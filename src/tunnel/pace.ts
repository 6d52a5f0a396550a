/**
 * Limits how often the agent connects to a host. One old agent reconnects 750 times a second while a server resets it
 * (1.0.44). A healthy agent never waits: our pause is counted from the last bad end, the first bad ends cost nothing,
 * and the agents' own pauses (0.5 s and more, doubling) are longer than ours.
 */
import { backoff } from '../decide/backoff.ts';

interface History {
  readonly streak: number;
  readonly lastBadAt: number;
}

const freeBadEnds = 3;
const limits = { initialMs: 100, maxMs: 2_000 };
/** Bad ends that are further apart do not count as hammering. */
const forgetMs = 10_000;

export interface Pace {
  /** The agent was told that no connection can be made, or the peer reset one soon after it was made. */
  bad(host: string, nowMs: number): void;
  /** A connection did its work. */
  good(host: string): void;
  /** How long the next connect to this host has to wait, in milliseconds. */
  waitMs(host: string, nowMs: number, random: number): number;
}

export function createPace(): Pace {
  const records = new Map<string, History>();
  return {
    bad(host, nowMs) {
      const last = records.get(host);
      const streak = last && nowMs - last.lastBadAt < forgetMs ? last.streak : 0;
      records.set(host, { streak: streak + 1, lastBadAt: nowMs });
    },
    good(host) {
      records.delete(host);
    },
    waitMs(host, nowMs, random) {
      const record = records.get(host);
      if (!record || record.streak <= freeBadEnds) return 0;
      return Math.max(0, record.lastBadAt + backoff(record.streak - freeBadEnds, limits, random) - nowMs);
    },
  };
}
