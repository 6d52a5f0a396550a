/** A conversation only grows: a smaller request that was answered in one go was not the turn's. */
import { expect, test } from 'vitest';
import { conversationAskedAt } from '../../src/detect/evidence/wire.ts';
import type { Observation } from '../../src/events.ts';
import { asks, say, story } from '../support/story.ts';

const request = (id: number, up: number): Observation => ({
  type: 'connection.bytes',
  id,
  up,
  down: 0,
  last: 'up',
});

/** The first turn gets its answer and ends; a while later another begins. */
function nextTurn(told: ReturnType<typeof story>): void {
  told.wait(5, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(20);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
}

/** A turn that was answered; in the next one a side request comes first, and the turn's own is long on its way. */
function sideRequestFirst(sideBytes: number) {
  const told = asks(story());
  nextTurn(told);
  told.tell(say.opened(2));
  told.tell(request(2, sideBytes));
  told.tell(say.bytes(2));
  told.wait(10, say.drawing);
  told.tell(say.opened(3));
  told.tell(request(3, 52_000));
  told.wait(25, say.drawing);
  told.tell(say.bytes(3));
  told.wait(2, say.drawing);
  return told.did('cut');
}

test('the silence after a side request is not the turn’s, whose own request has just been answered', () => {
  expect(sideRequestFirst(40_000)).toEqual([]);
});

test('the next agent goes on with the conversation, so its size is known from the start', () => {
  const told = asks(story());
  told.wait(5, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  told.tell({ type: 'agent.started', generation: 2, pid: 2, resumed: true, prompted: true });
  expect(told.state.evidence.wire.conversationSize).toBe(50_000);
});

test('telemetry that goes up is no request of the conversation, even if it is large', () => {
  const told = asks(story());
  told.wait(5, say.bytes(1), say.drawing, say.busy(9));
  const { wire } = told.state.evidence;
  const up = (bytes: number) => conversationAskedAt({ ...request(2, bytes), at: 0 }, wire) !== null;
  expect([5_000, 40_000, 52_000].map(up)).toEqual([false, false, true]);
  const later = { ...request(2, 24), requestSize: 52_000, at: 0 };
  expect(conversationAskedAt(later, wire)).toBeNull();
});

test('after a compaction nobody knows how large the conversation is', () => {
  const told = asks(story());
  told.wait(5, say.bytes(1), say.drawing, say.busy(9));
  expect(told.state.evidence.wire.conversationSize).toBe(50_000);
  told.tell({ type: 'compaction.finished' });
  expect(told.state.evidence.wire.conversationSize).toBe(0);
});

test('after a compaction the turn goes on with a smaller request, whose first byte has its full time', () => {
  const told = asks(story());
  told.tell({ type: 'screen', facts: { activity: 'compacting' } });
  told.wait(40, say.bytes(1), say.drawing);
  told.tell(say.opened(2));
  told.tell(request(2, 40_000));
  told.tell({ type: 'compaction.finished' });
  told.tell(say.busy(0));
  told.wait(100, say.drawing);
  expect(told.did('cut')).toEqual([]);
  told.wait(25, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});

test('the end of a compaction shows on the screen, too, if nothing else reports it', () => {
  const told = asks(story());
  told.tell({ type: 'screen', facts: { activity: 'compacting' } });
  told.wait(40, say.bytes(1), say.drawing);
  told.tell(say.opened(2));
  told.tell(request(2, 40_000));
  told.tell(say.busy(0));
  told.wait(100, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('a failed try of a compaction is not its end', () => {
  const told = asks(story());
  told.tell({ type: 'screen', facts: { activity: 'compacting' } });
  told.wait(5, say.bytes(1), say.drawing);
  told.tell({ type: 'screen', facts: { activity: 'retrying' } });
  told.tell({ type: 'screen', facts: { activity: 'compacting' } });
  expect(told.state.evidence.wire.conversationSize).toBeGreaterThan(0);
});

test('an answer that the screen counts came on the connection that brought bytes then, not on one that was silent', () => {
  const told = asks(story());
  told.tell(say.opened(2));
  told.tell(request(2, 300_000));
  told.tell(say.bytes(2));
  told.wait(20, say.drawing);
  told.tell(say.opened(3));
  told.tell(request(3, 80_000));
  told.wait(1, say.drawing);
  told.tell(say.bytes(3));
  told.tell(say.busy(1, { thinking: true }));
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
  told.wait(25, say.drawing);
  expect(told.did('cut')).toEqual([]);
  told.wait(10, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});

test('an answer that was long awaited is the model’s, however large its request, and whatever was answered before it', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(1));
  told.tell(request(1, 44_000));
  told.tell(say.bytes(1));
  told.wait(17, say.drawing);
  told.tell(say.opened(2));
  told.tell(request(2, 160_000));
  told.wait(15, say.drawing);
  told.tell(say.bytes(2));
  told.wait(25, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('a request that the record shows is the turn’s, and one sent long before it is not', () => {
  const told = asks(story());
  told.tell({ type: 'request.sent' });
  nextTurn(told);
  told.tell(say.opened(2));
  told.wait(2, say.drawing);
  told.tell(request(2, 260_000));
  told.tell(say.bytes(2));
  for (let second = 2; second < 34; second++)
    told.wait(1, say.drawing, say.sample(100, { helperAgeMs: second * 1_000 }));
  told.tell(say.opened(3));
  told.tell(request(3, 75_000));
  told.tell(say.bytes(3));
  told.tell({ type: 'request.sent' });
  told.wait(25, say.drawing, say.sample(100));
  expect(told.did('cut')).toEqual([]);
  told.wait(10, say.drawing, say.sample(100));
  expect(told.did('cut')).toHaveLength(1);
});

test('a small request after a prompt has run no tool, and a hook without a process may be delaying the turn', () => {
  const told = asks(story());
  nextTurn(told);
  told.wait(2, say.drawing);
  told.tell(say.opened(2));
  told.tell(request(2, 16_000));
  told.tell(say.bytes(2));
  told.wait(200, say.drawing, say.sample(100));
  expect(told.did('cut')).toEqual([]);
});

test('a small request beside a hook of the person’s is not the turn’s', () => {
  const told = asks(story());
  nextTurn(told);
  told.wait(2, say.drawing);
  told.tell(say.opened(2));
  told.tell(request(2, 16_000));
  told.tell(say.bytes(2));
  for (let second = 2; second < 60; second++)
    told.wait(1, say.drawing, say.sample(100, { helperAgeMs: second * 1_000 }));
  expect(told.did('cut')).toEqual([]);
});

test('an answer that is broken off as it begins ends the wait for it, whatever was answered beside it', () => {
  const told = asks(story());
  told.tell(say.opened(2));
  told.tell(request(2, 40_000));
  told.tell(say.bytes(2));
  told.wait(50, say.drawing);
  told.tell(say.bytes(1));
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.wait(25, say.drawing);
  expect(told.did('cut')).toEqual([]);
  told.wait(10, say.drawing);
  expect(told.did('cut')).toHaveLength(1);
});
