import { expect, test } from 'vitest';
import { startClock } from '../../src/detect/evidence/clock.ts';
import { type Connection, closedConnection, openedConnection } from '../../src/detect/evidence/connection.ts';
import type { ConnectionCause } from '../../src/events.ts';

const opened = openedConnection(
  { type: 'connection.opened', at: 0, id: 1, host: 'api.example', tookMs: 30 },
  1000,
);
const asked: Connection = { ...opened, stage: 'request', requestAt: 2000, requestSize: 60_000 };
const answered: Connection = { ...asked, stage: 'answer', answerAt: 3000, lastDownAt: 3100 };
const streamed: Connection = { ...answered, lastDownAt: 4000 };

const carried = (last: Connection, cause: ConnectionCause, now: number) =>
  closedConnection(last, { type: 'connection.closed', at: 0, id: 1, by: 'peer', cause }, now, startClock(now))
    .carried;

test.each<[string, Connection, ConnectionCause, number, string]>([
  ['nothing was asked', opened, 'reset', 1100, 'nothing'],
  ['a request was unanswered', asked, 'closed', 9000, 'request'],
  ['the line broke off the beginning of an answer', answered, 'reset', 3200, 'request'],
  ['an answer had come in one go', answered, 'closed', 3200, 'whole'],
  ['the line broke long after an answer that had come in one go', answered, 'reset', 60_000, 'whole'],
  ['an answer was being streamed', streamed, 'reset', 4100, 'stream'],
])('what a connection carried as it ended: %s', (_, last, cause, now, expected) => {
  expect(carried(last, cause, now)).toBe(expected);
});
