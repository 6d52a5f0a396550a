/**
 * The second clock, which no ping can feed: bytes arrive, but the answer does not grow. The limit is far above the
 * agent's own (600 s of pings, lab notes §1a), so this only ends what the agent itself has missed.
 */
import type { Config } from '../../config/schema.ts';
import type { Millis, ScreenFacts } from '../../events.ts';
import { lastByteAt } from '../connections.ts';
import type { Evidence } from '../evidence.ts';
import { usualDeadlineMs } from '../health.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Without a counter nobody can see whether the answer grows: so many times the limit is asked of it. */
const uncounted = 6;

/** Before the first word 2.1.329 shows its clock but no counter; a model that says it thinks may well be at work. */
function isCounted({ tokens, thinking, elapsedS }: ScreenFacts): boolean {
  return tokens !== undefined || (!thinking && elapsedS !== undefined);
}

/** A screen that nobody can read is no witness. */
function isAtWork({ activity }: ScreenFacts): boolean {
  return activity === 'busy' || activity === 'waiting' || activity === 'compacting' || activity === 'tool';
}

/** A person who grants the API more than the usual time grants it to its answers, too. */
function responseMs(
  { deadlineMs }: Evidence,
  { network_resilience: { response_timeout_ms } }: Config,
): Millis {
  return deadlineMs > usualDeadlineMs ? Math.max(response_timeout_ms, deadlineMs) : response_timeout_ms;
}

export const endlessResponse: Signature = {
  class: 'endless-response',
  help: 'the connection is alive, but the answer has not grown for very long',
  test(e, phase, config) {
    const { facts } = e.screen ?? {};
    if ((phase !== 'working' && phase !== 'compacting') || !facts || e.listeningSince === null) return null;
    if (e.waiting.length > 0 || e.connections.length === 0) return null;
    if (!isAtWork(facts)) return null;
    const limitMs = responseMs(e, config) * e.patience * (isCounted(facts) ? 1 : uncounted);
    const since = Math.max(e.listeningSince, e.tokensChangedAt ?? 0, e.lastRequestAt ?? 0);
    if (e.now - since < limitMs) return null;
    const lastByteMs = Math.min(...e.connections.map((connection) => e.now - lastByteAt(connection)));
    return {
      class: 'endless-response',
      since,
      because: [
        `token counter at ${facts.tokens ?? 0} for ${seconds(e.now - since)}`,
        `last byte ${seconds(lastByteMs)} ago`,
        `limit ${seconds(limitMs)}`,
      ],
      cure: 'cut',
      connections: e.connections.map((connection) => connection.id),
    };
  },
};
