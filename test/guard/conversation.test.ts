/** What is known about the conversation, and what is dropped when another one begins. */
import { describe, expect, test } from 'vitest';
import type { Event, Observation } from '../../src/events.ts';
import { createConversation, endsTurn } from '../../src/guard/conversation.ts';
import { commandBegun, snapshotWith } from '../support/run.ts';
import { firstTurn, say, story } from '../support/story.ts';

const told = (sessionId: string, more: Partial<Extract<Event, { type: 'session' }>> = {}): Event => ({
  type: 'session',
  sessionId,
  transcriptPath: null,
  source: 'hook',
  at: 0,
  ...more,
});
const path = '/p/a.jsonl';

/** One of which everything is known. */
function known() {
  const conversation = createConversation('a');
  conversation.follow(told('a', { transcriptPath: path, reason: 'clear' }));
  conversation.turnEnded();
  conversation.heldByOther(path, true);
  conversation.ledger.report(commandBegun);
  return conversation;
}

describe('a conversation', () => {
  test.each(['turn.ended', 'interrupted'] as const)('is in a turn from its start until it has %s', (end) => {
    const conversation = createConversation('a');
    expect(conversation.isInTurn).toBe(false);
    conversation.follow({ type: 'turn.started', at: 0 });
    expect(conversation.isInTurn).toBe(true);
    conversation.follow({ type: end, at: 1 });
    expect(conversation.isInTurn).toBe(false);
  });

  test('keeps what is known about it when it is reported again', () => {
    const conversation = known();
    conversation.follow(told('a'));
    expect(conversation).toMatchObject({ id: 'a', transcriptPath: path });
    expect(conversation).toMatchObject({ isCleared: true, hadTurn: true, isHeld: true });
    expect(conversation.ledger.calls()).toHaveLength(1);
  });

  test('drops all of that when another one is reported', () => {
    const conversation = known();
    conversation.follow(told('b'));
    expect(conversation).toMatchObject({ id: 'b', transcriptPath: null });
    expect(conversation).toMatchObject({ isCleared: false, hadTurn: false, isHeld: false });
    expect(conversation.ledger.calls()).toEqual([]);
  });

  test('does not change the permission mode of the process, and the first one stays known', () => {
    const conversation = createConversation('a');
    expect(conversation.modes).toBeNull();
    conversation.follow({ type: 'permission.mode', mode: 'acceptEdits', at: 0 });
    conversation.follow({ type: 'permission.mode', mode: 'plan', at: 0 });
    conversation.follow(told('b', { reason: 'clear' }));
    expect(conversation.modes).toEqual({ first: 'acceptEdits', now: 'plan' });
    conversation.follow({ type: 'screen', facts: { activity: 'busy', permissionMode: 'default' }, at: 0 });
    conversation.follow({ type: 'screen', facts: { activity: 'busy' }, at: 0 });
    expect(conversation.modes).toEqual({ first: 'acceptEdits', now: 'default' });
  });

  test('began in the default mode if the free prompt showed none before the first one was known', () => {
    const conversation = createConversation('a');
    conversation.follow({ type: 'screen', facts: { activity: 'idle' }, at: 0 });
    conversation.follow({
      type: 'screen',
      facts: { activity: 'idle', permissionMode: 'acceptEdits' },
      at: 1,
    });
    expect(conversation.modes).toEqual({ first: 'default', now: 'acceptEdits' });
  });

  test('does not go back to a mode that a hook tells late', () => {
    const conversation = createConversation('a');
    conversation.follow({ type: 'screen', facts: { activity: 'busy', permissionMode: 'plan' }, at: 2 });
    conversation.follow({ type: 'permission.mode', mode: 'acceptEdits', at: 3, writtenAt: 1 });
    expect(conversation.modes).toEqual({ first: 'plan', now: 'plan' });
  });

  test('is not held because a slow check finds that the one before it is', () => {
    const conversation = known();
    conversation.follow(told('b', { transcriptPath: '/p/b.jsonl' }));
    conversation.heldByOther(path, true);
    expect(conversation.isHeld).toBe(false);
  });

  test('that is pinned to a new id has no file, and nobody else can have it open', () => {
    const conversation = known();
    conversation.pinned('b');
    expect(conversation).toMatchObject({ id: 'b', transcriptPath: null, isHeld: false });
  });

  test('keeps its last snapshot if none can be taken', () => {
    const conversation = createConversation(null);
    const snapshot = snapshotWith();
    conversation.interrupted(snapshot);
    conversation.interrupted(null);
    expect(conversation.snapshot).toBe(snapshot);
  });
});

describe('a turn that the senses together show', () => {
  const ends = (told: ReturnType<typeof firstTurn>, observation: Observation) => {
    const before = told.state.evidence;
    told.tell(observation);
    return endsTurn({ ...observation, at: 0 }, before, told.state.evidence);
  };
  function inTurn() {
    const told = story({}, () => []);
    told.wait(1);
    return firstTurn(told);
  }
  const gone = { type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' } as const;

  test('has ended by the last frame of an agent that is gone, and not by its end', () => {
    const told = inTurn();
    expect(ends(told, gone)).toBe(false);
    expect(ends(told, say.idle)).toBe(true);
  });

  test('has not ended by itself if the person stopped it', () => {
    const told = inTurn();
    told.wait(1);
    told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    told.tell(gone);
    expect(ends(told, say.idle)).toBe(false);
  });
});
