/**
 * Decides when silence on the wire is too long, for a session of which nothing else can be seen. Nobody knows whether
 * it works, waits for a person or has long been answered. So the limits lie far beyond what is healthy
 * (`detect/limits.ts`), and if a connection is cut by mistake, it must be one that nobody misses. Pure.
 */
import type { Config } from '../config/schema.ts';
import { newHost } from '../detect/evidence/host.ts';
import { limitMs } from '../detect/limits.ts';
import type { ConnectionStage, Millis } from '../events.ts';

export interface Quiet {
  readonly stage: ConnectionStage;
  /** When the connection was made. */
  readonly since: Millis;
  readonly requestAt: Millis | null;
  readonly lastDownAt: Millis | null;
  /** Its host is known to send pings during silence, or has been seen to. */
  readonly pings: boolean;
}

export interface Patience {
  /** Recent cuts after which the session asked again at once: somebody was waiting, perhaps for a slow host. */
  readonly strikes: number;
  /** The agent's own timeout, if the person has set it. */
  readonly deadlineMs: Millis | null;
  /** When this process's unbroken observation began. */
  readonly seenSince: Millis;
}

/** @returns null if the connection waits for nothing */
function silentFor(quiet: Quiet, { seenSince }: Patience, now: Millis): Millis | null {
  if (quiet.stage === 'ready') return null;
  const asked = quiet.stage === 'request' ? quiet.requestAt : quiet.lastDownAt;
  return now - Math.max(asked ?? quiet.since, seenSince);
}

export function isOverdue(quiet: Quiet, patience: Patience, config: Config, now: Millis): boolean {
  const silentMs = silentFor(quiet, patience, now);
  if (silentMs === null) return false;
  const breaksHabit = quiet.stage === 'handshake' || (quiet.stage === 'answer' && quiet.pings);
  const host = { ...newHost, deadlineMs: Math.max(newHost.deadlineMs, patience.deadlineMs ?? 0) };
  return breaksHabit
    ? silentMs > limitMs('wireAlone', config, { ...host, patience: 2 ** patience.strikes })
    : silentMs > limitMs('wireAloneUnknown', config, { ...host, patience: Number.POSITIVE_INFINITY });
}
