/**
 * A message that the person sends while a call runs is reported as it enters the queue (2.1.329): no turn begins by it.
 */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, say, story } from '../support/story.ts';

const call: Observation = {
  type: 'tool.started',
  toolUseId: 't1',
  tool: 'mcp__slow__wait',
  risk: 'unknown',
};
const waiting: Observation = { type: 'screen', facts: { activity: 'tool', tokens: 12 } };
const deeds = (told: ReturnType<typeof story>) => told.did('cut', 'nudge', 'stop').map(({ type }) => type);

/** The answer asks for a call that has no process of its own, as one of a server's has not. */
function inCall() {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.tell(call);
  told.tell(waiting);
  told.wait(10, say.drawing, say.sample(10));
  return told;
}

test('the call stays open, and nobody interrupts it', () => {
  const told = inCall();
  told.tell({ type: 'input', bytes: 1, kind: 'enter' });
  told.tell({ type: 'turn.started' });
  told.wait(900, say.drawing, waiting, say.sample(10));
  expect(deeds(told)).toEqual([]);
  told.tell({ type: 'tool.finished', toolUseId: 't1', ok: true });
  told.tell(say.busy(13));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  told.wait(120, say.drawing);
  expect(deeds(told)[0]).toBe('cut');
});

test('a message that is sent while the agent rides out an error is none either: what was asked stays asked', () => {
  const told = asks(story());
  const retrying: Observation = {
    type: 'screen',
    facts: { activity: 'retrying', elapsedS: 8, retry: { attempt: 4, of: 10 } },
  };
  told.tell(say.bytes(1)); // the error
  told.wait(8, say.drawing);
  told.tell(retrying);
  const { toldAt } = told.state.evidence.turn;
  told.tell({ type: 'input', bytes: 1, kind: 'enter' });
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.turn.toldAt).toBe(toldAt);
});

describe('a message that is sent during a compaction, whose clock is its own', () => {
  function compacts() {
    const told = asks(story());
    told.tell(say.bytes(1));
    told.tell({ type: 'screen', facts: { activity: 'compacting', elapsedS: 0 } });
    told.wait(40, say.drawing);
    return { told, toldAt: told.state.evidence.turn.toldAt };
  }

  test('is none', () => {
    const { told, toldAt } = compacts();
    told.tell({ type: 'input', bytes: 1, kind: 'enter' });
    told.tell({ type: 'turn.started' });
    expect(told.state.evidence.turn.toldAt).toBe(toldAt);
  });

  test('begins a turn after an interrupt, although the compaction still stands on the screen', () => {
    const { told, toldAt } = compacts();
    told.tell({ type: 'input', bytes: 1, kind: 'escape' });
    told.tell({ type: 'turn.started' });
    expect(told.state.evidence.turn.toldAt).toBeGreaterThan(toldAt ?? 0);
  });
});

test('an Esc that stops nothing, as in vim mode, changes nothing', () => {
  const told = inCall();
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell({ type: 'input', bytes: 1, kind: 'enter' });
  told.tell({ type: 'turn.started' });
  told.wait(900, say.drawing, waiting, say.sample(10));
  expect(deeds(told)).toEqual([]);
});

test('Esc counts where the screen cannot be read', () => {
  const told = inCall();
  told.tell({ type: 'screen', facts: { activity: 'unknown' } });
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.tools).toEqual([]);
});

test.each<[string, Observation]>([
  ['an interrupt that the agent reports', { type: 'interrupted' }],
  ['the end of the turn', { type: 'turn.ended' }],
  ['a free prompt', say.idle],
])('after %s it is the prompt of a turn of its own, in which no call is open', (_, end) => {
  const told = inCall();
  told.tell(end);
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.tools).toEqual([]);
});

test('a prompt whose turn the screen shows already is none for the queue, though the status still tells of the last turn', () => {
  const told = inCall();
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.idle);
  told.skip(0.5);
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.tools).toEqual([]);
});

test('a prompt is none for the queue because of its own hook, though the turn before was stopped without a word', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.tell(call);
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell(say.idle);
  told.wait(20, say.sample(10));
  told.tell({ type: 'input', bytes: 1, kind: 'enter' });
  told.skip(0.3);
  told.tell(say.sample(10, { helperAgeMs: 200 }));
  told.tell({ type: 'program-status', state: 'working' });
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.tools).toEqual([]);
});

test('while an answer is awaited, a message makes the prompt no later than it was', () => {
  const told = asks(story());
  told.wait(100, say.drawing, say.sample(10));
  told.tell({ type: 'input', bytes: 1, kind: 'enter' });
  told.tell({ type: 'turn.started' });
  told.wait(10, say.drawing, say.sample(10));
  told.tell(say.bytes(1));
  for (let tens = 0; tens < 60; tens++) {
    told.tell(say.bytes(1));
    told.wait(10, say.drawing, say.busy(tens), say.sample(10));
  }
  expect(deeds(told)).toEqual([]);
});

test('an answer that flows when a message enters the queue may go on as long as it likes', () => {
  const told = asks(story());
  told.wait(5, say.drawing, say.bytes(1), say.busy(1), say.sample(10));
  told.tell({ type: 'turn.started' });
  for (let tens = 0; tens < 60; tens++) {
    told.tell(say.bytes(1));
    told.wait(10, say.drawing, say.busy(tens), say.sample(10));
  }
  expect(deeds(told)).toEqual([]);
});

test('a message that enters the queue while an answer flows does not make the request that repeats it the first', () => {
  const told = asks(story());
  told.wait(5, say.drawing, say.bytes(1), say.busy(1, { elapsedS: 5 }), say.sample(10));
  told.tell({ type: 'turn.started' });
  told.wait(3, say.bytes(1), say.busy(2, { elapsedS: 8 }));
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.tell({ type: 'connection.opened', id: 2, host: 'api.anthropic.com:443', tookMs: 20, owner: 'agent' });
  told.tell(say.request(2));
  for (let tens = 1; tens < 22; tens++) told.wait(10, say.drawing, say.busy(2, { elapsedS: 8 + 10 * tens }));
  expect(deeds(told)).toEqual([]);
});

describe('a hook of the person’s has the turn go on after its end was reported', () => {
  /** The clock of the turn runs on; a message comes, and the request of the rest is lost and repeated. */
  const goesOn = (elapsedS: number) => {
    const told = asks(story());
    told.wait(20, say.bytes(1), say.drawing, say.busy(12, { elapsedS: 20 }));
    told.tell({ type: 'turn.ended', well: true });
    told.tell(say.request(1));
    told.wait(16, say.bytes(1), say.drawing, say.busy(14, { elapsedS }));
    const { toldAt } = told.state.evidence.turn;
    told.tell({ type: 'turn.started' });
    return { told, toldAt };
  };

  test('a message is one for its queue, and the request that is repeated is not the first', () => {
    const { told, toldAt } = goesOn(36);
    expect(told.state.evidence.turn.toldAt).toBe(toldAt);
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.tell(say.opened(2));
    told.tell(say.request(2));
    for (let tens = 1; tens < 22; tens++)
      told.wait(10, say.drawing, say.busy(14, { elapsedS: 36 + 10 * tens }));
    expect(deeds(told)).toEqual([]);
  });

  test('what comes in a turn with a clock of its own is none', () => {
    const { told, toldAt } = goesOn(15);
    expect(told.state.evidence.turn.toldAt).toBeGreaterThan(toldAt ?? 0);
  });
});

test('a message that is reported some time after the turn’s clock was read is still one for its queue', () => {
  const told = asks(story());
  told.skip(0.9);
  for (let seconds = 1; seconds < 6; seconds++)
    told.wait(1, say.bytes(1), say.drawing, say.busy(seconds, { elapsedS: seconds }));
  told.skip(0.9);
  told.tell(say.drawing);
  told.tell({ type: 'turn.started' });
  told.wait(29, say.drawing);
  expect(deeds(told)).toEqual([]);
  told.wait(2, say.drawing);
  expect(deeds(told)[0]).toBe('cut');
});

test('without an open call a prompt begins a turn', () => {
  const told = inCall();
  told.tell({ type: 'tool.finished', toolUseId: 't1', ok: true });
  told.wait(5, say.drawing);
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.turn.told).toEqual({ working: true, at: told.state.evidence.now });
});

test('a clock that begins anew shows a new turn, in which nothing of the one before is open or silent', () => {
  const told = inCall();
  told.tell({ type: 'screen', facts: { activity: 'tool', tokens: 12, elapsedS: 300 } });
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.tell({ type: 'turn.started' });
  expect(told.state.evidence.tools).toEqual([]);
  expect(told.state.evidence.turn.workingSince).toBe(told.state.evidence.now);
});

test.each<[string, number, boolean]>([
  ['begins with it: it was no message for the queue, but its prompt', 0, true],
  ['began before it: the message entered the queue of that turn', 5, false],
])('the clock of a turn that is first seen after a message was reported and %s', (_, elapsedS, isNew) => {
  const told = inCall();
  told.tell({ type: 'screen', facts: { activity: 'tool', tokens: 12, elapsedS: 300 } });
  told.tell({ type: 'input', bytes: 1, kind: 'escape' });
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0, { elapsedS }));
  expect(told.state.evidence.tools.length === 0).toBe(isNew);
});

test('the clock of a compaction is not that of a new turn', () => {
  const told = inCall();
  told.tell({ type: 'screen', facts: { activity: 'tool', tokens: 12, elapsedS: 300 } });
  told.tell({ type: 'turn.started' });
  told.tell({ type: 'screen', facts: { activity: 'compacting', elapsedS: 0 } });
  expect(told.state.evidence.tools).not.toEqual([]);
});

test('an answer that is read after the next prompt was taken, and before it on record, says nothing of its turn', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.tell({ type: 'turn.ended' });
  told.tell({ type: 'turn.started' });
  told.tell({ type: 'answer.recorded', cutShort: true });
  told.tell({ type: 'prompt.recorded' });
  told.tell(say.request(1));
  told.wait(5, say.bytes(1), say.drawing, say.busy(20));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(10);
  expect(deeds(told)).toEqual([]);
});

test('a message that is queued while a hook of the person’s holds the prompt up changes nothing for the hook', () => {
  const told = asks(story());
  told.tell(say.bytes(1));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(60, say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  for (let second = 1; second < 200; second++) {
    told.wait(1, say.drawing, say.busy(0), say.sample(10, { helperAgeMs: second * 1_000 }));
    if (second === 10) told.tell({ type: 'turn.started' });
  }
  expect(deeds(told)).toEqual([]);
  expect(told.state.evidence.turn.told?.at).toBe(60_000);
});

describe('a turn that a queued message began, and whose clock is drawn later', () => {
  const begun = () => {
    const told = asks(story());
    told.wait(45, say.bytes(1), say.drawing, say.busy(300, { elapsedS: 45 }));
    told.tell({ type: 'turn.started' });
    told.tell({ type: 'input', bytes: 1, kind: 'escape' });
    told.tell({ type: 'interrupted' });
    told.wait(2, say.drawing, say.busy(0));
    told.tell(say.request(1));
    return told;
  };

  test('began before its request, whose answer has the usual limit', () => {
    const told = begun();
    told.wait(3, say.drawing, say.busy(0));
    told.wait(2, say.bytes(1), say.drawing);
    told.tell(say.busy(5, { elapsedS: 5 }));
    told.wait(40, say.drawing);
    expect(deeds(told)[0]).toBe('cut');
  });

  test('keeps the call that it has begun since', () => {
    const told = begun();
    told.wait(2, say.bytes(1), say.drawing);
    told.tell(call);
    told.wait(20, say.drawing, { type: 'screen', facts: { activity: 'tool', tokens: 12 } });
    told.wait(900, say.drawing, { type: 'screen', facts: { activity: 'tool', tokens: 12, elapsedS: 25 } });
    expect(deeds(told)).toEqual([]);
  });
});

describe('the guard interrupts a call, and the agent goes on with its queue', () => {
  const nudged = () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command', limitMs: 20_000 });
    while (told.did('nudge').length === 0) told.wait(1, say.drawing, waiting, say.sample(10));
    return told;
  };

  test('no call is open in the turn that it begins, even if that is reported late', () => {
    const told = nudged();
    told.tell({ type: 'program-status', state: 'working' });
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    expect(told.state.evidence.tools).toEqual([]);
  });

  test('that turn is not interrupted because the interrupt is on record late', () => {
    const told = nudged();
    told.tell(say.idle);
    told.wait(1);
    told.tell({ type: 'turn.started' });
    told.wait(2, say.busy(0));
    told.tell(call);
    told.tell({ type: 'interrupted' });
    expect(told.state.evidence.turn.told?.working).toBe(true);
    expect(told.state.evidence.tools).toHaveLength(1);
  });
});
