/**
 * The second clock, which no ping can feed: bytes arrive, but the answer does not grow. The limit is far above the
 * agent's own (600 s of pings, lab notes §1a), so this only ends what the agent itself has missed.
 */
import { lastByteAt } from '../connections.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const endlessResponse: Signature = {
  class: 'endless-response',
  help: 'the connection is alive, but the answer has not grown for very long',
  test(e, phase, config) {
    const { facts } = e.screen ?? {};
    if ((phase !== 'working' && phase !== 'compacting') || !facts || e.listeningSince === null) return null;
    if (e.terminalBlockedSince !== null) return null; // nothing is drawn, so no counter can move
    if (e.waiting.length > 0 || e.connections.length === 0) return null;
    // Before the first word 2.1.329 shows its clock but no counter; a model that says it thinks may well be at work.
    if (facts.tokens === undefined && (facts.thinking || facts.elapsedS === undefined)) return null;
    const limitMs = config.network_resilience.response_timeout_ms * e.patience;
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
