/**
 * Asks every signature, in order of trust. The first suspicion that has lasted too long is the verdict. What the
 * process shows comes before what the wire shows, because a stuck process makes every other sense stale.
 */
import type { Config } from '../config/schema.ts';
import type { Millis } from '../events.ts';
import { inGrace, momentOf } from './evidence/clock.ts';
import type { Evidence } from './evidence/index.ts';
import { limitMs } from './limits.ts';
import { processSignatures } from './signatures/frozen.ts';
import { screenSignatures } from './signatures/screen.ts';
import { overdueTool } from './signatures/tool.ts';
import { endedTurnSignatures } from './signatures/turn-ended.ts';
import { endlessResponse, neverAsked, wireSignatures } from './signatures/wire.ts';
import { type Signature, type Suspicion, seconds, type Traits, type Verdict } from './verdict.ts';

/** The only table of signatures; detection, documentation and tests use it. */
export const signatures: readonly Signature[] = [
  ...processSignatures,
  ...wireSignatures,
  neverAsked,
  ...screenSignatures,
  overdueTool,
  endlessResponse,
  ...endedTurnSignatures,
];

/** The traits of a class; none for a class without a signature (the tunnel holds, the person asks). */
export const traitsOf = (name: string): Traits => signatures.find((each) => each.class === name) ?? {};

/** Whether what the class stands for has ended and begun anew since that time (attended). */
export function hasBegunAnew(name: string, since: Millis, e: Evidence, config: Config): boolean {
  const suspicion = signatures.find((each) => each.class === name)?.test(e, config);
  return suspicion != null && suspicion.since > since;
}

interface Look {
  readonly verdict: Verdict | null;
  /** Attended time at which a suspicion becomes a verdict if nothing happens; null: no suspicion. */
  readonly dueAt: Millis | null;
}

const nothing: Look = { verdict: null, dueAt: null };

/**
 * The latest look. After each event, the core asks for the verdict, and then when to look again. The answer depends on
 * the arguments alone.
 */
let latest: { readonly e: Evidence; readonly config: Config; readonly look: Look } | null = null;

/** The strongest verdict on the evidence; null: nothing is wrong as far as can be told. */
export const detect = (e: Evidence, config: Config): Verdict | null => look(e, config).verdict;

/** When to look again although nothing has happened, on the monotonic clock; null: the next tick is soon enough. */
export function lookAgainAt(e: Evidence, config: Config): Millis | null {
  if (e.terminal.suspendedSince !== null || e.terminal.blockedSince !== null) return null; // the clock stands still
  const { dueAt } = look(e, config);
  return dueAt === null ? null : momentOf(e.clock, dueAt);
}

function look(e: Evidence, config: Config): Look {
  if (latest?.e !== e || latest.config !== config) latest = { e, config, look: lookAt(e, config) };
  return latest.look;
}

function lookAt(e: Evidence, config: Config): Look {
  if (!config.network_resilience.enabled || inGrace(e.clock)) return nothing;
  let dueAt: Millis | null = null;
  for (const signature of signatures) {
    if (signature.needsTerminal && e.agent.unattended) continue;
    if (!signature.whileOutputBlocked && e.terminal.blockedSince !== null) continue;
    const suspicion = signature.test(e, config);
    if (!suspicion) continue;
    const { since, from = since, limit } = suspicion;
    const ownMs = typeof limit === 'number' ? limit : limitMs(limit, config, e.host);
    if (e.now - from >= ownMs)
      return { verdict: verdictOf(signature, suspicion, e.now - from, ownMs), dueAt: null };
    dueAt = Math.min(dueAt ?? Number.POSITIVE_INFINITY, from + ownMs);
  }
  return { verdict: null, dueAt };
}

function verdictOf(signature: Signature, suspicion: Suspicion, lastedMs: Millis, limit: Millis): Verdict {
  const { since, cure, connections = [] } = suspicion;
  const named = typeof suspicion.limit === 'number' ? [] : [`limit ${seconds(limit)}`];
  return {
    class: signature.class,
    since,
    because: [...suspicion.because(lastedMs), ...named],
    cure,
    connections,
  };
}
