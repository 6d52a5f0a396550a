/**
 * Without the tunnel's eyes: the spinner turns, the token counter stands still. The screen cannot tell long thinking
 * from a dead stream, so the limits are wider than the tunnel's.
 */
import type { ScreenFacts } from '../../events.ts';
import type { Screen } from '../evidence/screen.ts';
import { type LimitName, limitMs } from '../limits.ts';
import { listens } from '../phase.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** What the screen of a turn says that can be believed. A tool is one that is over, or the phase would be another. */
const speaks: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'compacting', 'tool'];

export const silentScreen: Signature = {
  class: 'silent-screen',
  help: 'the spinner turns but the token counter stands still, and no connection can be seen',
  needsTerminal: true,
  test(e, config) {
    const { wire, screen, turn } = e;
    if (!listens(e.phase) || !screen || turn.listeningSince === null) return null;
    if (wire.connections.length > 0 || wire.waiting.length > 0) return null;
    const { facts, activitySince, tokensChangedAt } = screen;
    if (!speaks.includes(facts.activity)) return null;
    const wireAt = Math.max(wire.lastDownAt ?? 0, wire.lastRequestAt ?? 0, wire.closed.at(-1)?.at ?? 0);
    const since = Math.max(turn.listeningSince, activitySince, tokensChangedAt ?? 0, wireAt);
    const limit = limitMs(limitOf(screen), config, e.host);
    if (e.now - since < limit) return null;
    return {
      class: 'silent-screen',
      since,
      because: [
        `spinner on, ${counter(facts)} for ${seconds(e.now - since)}`,
        ...(facts.activity === 'waiting' ? ['the agent says that it waits for the API'] : []),
        'no tool running, no connection to look at',
        `limit ${seconds(limit)}`,
      ],
      cure: 'nudge',
      connections: [],
    };
  },
};

/** A counter from before the last tool says nothing of the answer that is waited for now. */
function limitOf({ facts, answering }: Screen): LimitName {
  if (facts.activity === 'waiting') return 'screenMidText'; // the agent itself says that nothing arrives
  if (facts.thinking && facts.tokens === undefined) return 'screenThinking';
  return answering && !facts.thinking ? 'screenMidText' : 'screenFirstByte';
}

function counter({ tokens }: ScreenFacts): string {
  return tokens === undefined ? 'no token counter' : `token counter at ${tokens}`;
}
