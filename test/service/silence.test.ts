import { expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { isOverdue, type Patience, type Quiet } from '../../src/service/silence.ts';

const answer: Quiet = { stage: 'answer', since: 0, requestAt: 0, lastDownAt: 10_000, pings: true };
const usual: Patience = { strikes: 0, deadlineMs: null, seenSince: 0 };

/** How many seconds after the last byte (or the request, or the connection) it is left alone. */
function leftAloneS(quiet: Partial<Quiet>, patience: Partial<Patience> = {}): number {
  for (let s = 0; s < 7_200; s++)
    if (isOverdue({ ...answer, ...quiet }, { ...usual, ...patience }, defaults, 10_000 + s * 1_000))
      return s - 1;
  return Number.POSITIVE_INFINITY;
}

test.each([
  ['an answer of a host that pings', {}, {}, 120],
  [
    'the same of a host that was never seen to ping: twice an agent’s usual patience',
    { pings: false },
    {},
    1_200,
  ],
  ['a handshake', { stage: 'handshake', since: 10_000, requestAt: null, lastDownAt: null }, {}, 120],
  ['a first byte', { stage: 'request', requestAt: 10_000, lastDownAt: null }, {}, 1_200],
  ['a connection that waits for nothing', { stage: 'ready' }, {}, Number.POSITIVE_INFINITY],
  ['after a cut that was followed by the same request', {}, { strikes: 1 }, 240],
  ['after many cuts: until the agent’s own timeout', {}, { strikes: 9 }, 660],
  ['an agent to whom the person has given an hour', { pings: false }, { deadlineMs: 3_600_000 }, 3_960],
  ['silence while nothing was observed does not count', {}, { seenSince: 60_000 }, 170],
] as const)('%s', (_, quiet, patience, seconds) => {
  expect(leftAloneS(quiet, patience)).toBe(seconds);
});
