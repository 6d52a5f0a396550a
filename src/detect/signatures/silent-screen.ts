/**
 * Without the tunnel's eyes: the spinner turns, the token counter stands still. The screen cannot tell long thinking
 * from a dead stream, so the limits are wider than the tunnel's, and a model that says it thinks gets the widest.
 */
import type { ScreenFacts } from '../../events.ts';
import { limit } from '../health.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

/** The screen is a weaker witness than the wire: twice the silence is asked of it. */
const doubt = 2;

/** What the screen of a turn says that can be believed. A tool is one that is over, or the phase would be another. */
const speaks: readonly ScreenFacts['activity'][] = ['busy', 'waiting', 'compacting', 'tool'];

export const silentScreen: Signature = {
  class: 'silent-screen',
  help: 'the spinner turns but the token counter stands still, and no connection can be seen',
  needsTerminal: true,
  test(e, phase, config) {
    if (phase !== 'working' && phase !== 'compacting') return null;
    if (e.connections.length > 0 || e.waiting.length > 0) return null;
    const { facts, activitySince } = e.screen ?? {};
    if (!facts || activitySince === undefined || e.listeningSince === null) return null;
    if (!speaks.includes(facts.activity)) return null;
    const wireAt = Math.max(e.lastDownAt ?? 0, e.lastRequestAt ?? 0, e.closed.at(-1)?.at ?? 0);
    const since = Math.max(e.listeningSince, activitySince, e.tokensChangedAt ?? 0, wireAt);
    // A counter from before the last tool says nothing of the answer that is waited for now.
    const midText = e.answering && !facts.thinking;
    const { stream_timeout_ms, first_byte_timeout_ms } = config.network_resilience;
    const told = facts.activity === 'waiting'; // the agent itself says that nothing arrives
    const limitMs = limit((midText || told ? stream_timeout_ms : first_byte_timeout_ms) * doubt, 0, e);
    if (e.now - since < limitMs) return null;
    return {
      class: 'silent-screen',
      since,
      because: [
        `spinner on, token counter at ${facts.tokens ?? 0} for ${seconds(e.now - since)}`,
        ...(told ? ['the agent says that it waits for the API'] : []),
        'no tool running, no connection to look at',
        `limit ${seconds(limitMs)}`,
      ],
      cure: 'nudge',
      connections: [],
    };
  },
};
