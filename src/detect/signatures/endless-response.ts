/**
 * The second clock, which no ping can feed: bytes arrive, but the answer does not grow. The limit is far above the
 * agent's own (600 s of pings, lab notes §1a), so this only ends what the agent itself has missed.
 */
import type { ScreenFacts } from '../../events.ts';
import { lastByteAt } from '../evidence/wire.ts';
import { limitMs } from '../limits.ts';
import { listens } from '../phase.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** Before the first word some agents show their clock but no counter; a model that says it thinks may well be at work. */
function isCounted({ tokens, thinking, elapsedS }: ScreenFacts): boolean {
  return tokens !== undefined || (!thinking && elapsedS !== undefined);
}

/** A screen that nobody can read is no witness. */
const atWork: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'compacting', 'tool'];

export const endlessResponse: Signature = {
  class: 'endless-response',
  help: 'the connection is alive, but the answer has not grown for very long',
  test(e, config) {
    const { screen, wire, turn } = e;
    if (!listens(e.phase) || !screen || turn.listeningSince === null) return null;
    if (wire.waiting.length > 0 || wire.connections.length === 0) return null;
    if (!atWork.includes(screen.facts.activity)) return null;
    const limit = limitMs(isCounted(screen.facts) ? 'growth' : 'growthUncounted', config, e.host);
    const since = Math.max(turn.listeningSince, screen.tokensChangedAt ?? 0, wire.lastRequestAt ?? 0);
    if (e.now - since < limit) return null;
    const lastByteMs = Math.min(...wire.connections.map((connection) => e.now - lastByteAt(connection)));
    return {
      class: 'endless-response',
      since,
      because: [
        `token counter at ${screen.facts.tokens ?? 0} for ${seconds(e.now - since)}`,
        `last byte ${seconds(lastByteMs)} ago`,
        `limit ${seconds(limit)}`,
      ],
      cure: 'cut',
      connections: wire.connections.map((connection) => connection.id),
    };
  },
};
