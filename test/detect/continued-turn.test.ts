/** What hooks say too early, too late or not at all: that a turn has ended, that a call has. */
import { describe, expect, test } from 'vitest';
import { asks, firstTurn, type Story, say } from '../support/story.ts';

const cutAtS = (told: Story) => told.effects.find(({ effect }) => effect.type === 'cut')?.atS;

const tool = { type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' } as const;
const over = { type: 'tool.finished', toolUseId: 't', ok: true } as const;

/** A turn whose end is reported after 10 s, and which a Stop hook of the person's keeps going. */
function kept(): Story {
  const told = asks();
  told.wait(10, say.bytes(1), say.drawing, say.busy(12));
  told.tell({ type: 'turn.ended' });
  told.wait(1, say.drawing, say.busy(12));
  told.tell(say.request(1));
  told.wait(4, say.bytes(1), say.drawing, say.busy(20));
  return told;
}

describe('a turn that goes on after its end was blocked', () => {
  test('and runs a tool: a stream that dies right afterwards gets the usual limit', () => {
    const told = kept();
    told.tell(tool);
    told.wait(1, say.drawing);
    told.tell(over);
    told.tell(say.request(1));
    told.wait(1, say.bytes(1), say.drawing, say.busy(30));
    told.wait(40, say.drawing, say.sample(0));
    expect(cutAtS(told)).toBe(47);
  });

  test('and runs a tool: a request right afterwards that stays unanswered gets the usual limit', () => {
    const told = kept();
    told.tell(tool);
    told.wait(1, say.drawing);
    told.tell(over);
    told.tell(say.request(1));
    told.wait(130, say.drawing, say.sample(0));
    expect(cutAtS(told)).toBe(136);
  });

  test('and runs a tool: the row of a tool that is over hides no dead stream', () => {
    const told = kept();
    told.tell(tool);
    told.wait(1, say.drawing);
    told.tell(over);
    told.wait(2, say.drawing);
    told.tell(say.request(1));
    told.wait(1, say.bytes(1), say.drawing);
    told.wait(40, say.drawing, { type: 'screen', facts: { activity: 'tool', tokens: 30 } });
    expect(cutAtS(told)).toBe(49);
  });

  test('and may have ended for good: silence after the request before is right', () => {
    const told = asks();
    told.wait(10, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ type: 'turn.ended' });
    told.wait(100, say.drawing, say.busy(12), say.sample(0));
    expect(cutAtS(told)).toBeUndefined();
  });

  test('without a tool: a request right after the interruption that is on record gets the usual limit', () => {
    const told = firstTurn();
    told.tell(say.opened(1));
    told.skip(0.3);
    told.tell({ type: 'interrupted' }); // of the turn before, read from the record only now
    told.tell(say.request(1));
    told.wait(1, say.bytes(1), say.drawing, say.busy(3));
    told.wait(40, say.drawing, say.busy(3), say.sample(0));
    expect(cutAtS(told)).toBe(31.3);
  });
});

describe('a call that was refused', () => {
  const answered = { ...over, ok: false, recorded: true } as const;

  test('has ended once it is answered on record', () => {
    const told = asks();
    told.wait(5, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ ...tool, limitMs: 10_000 });
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(14));
    told.tell(answered);
    told.wait(300, say.bytes(1), say.drawing, say.busy(20), say.sample(0));
    expect(told.did('cut', 'nudge', 'stop')).toEqual([]);
  });

  test('may be read from the record long after the next request: the stream gets the usual limit', () => {
    const told = asks();
    told.wait(5, say.bytes(1), say.drawing, say.busy(12));
    told.tell(tool);
    told.tell(say.request(1));
    told.wait(4, say.bytes(1), say.drawing, say.busy(14));
    told.tell(answered);
    told.wait(40, say.drawing, say.busy(14), say.sample(0));
    expect(cutAtS(told)).toBe(39);
  });
});

describe('the end of a subagent’s call', () => {
  test('that began before this turn is no step of the main turn', () => {
    const told = asks();
    told.tell({ ...tool, agentId: 'x' });
    told.wait(5, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(15);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell(say.request(1));
    told.wait(10, say.bytes(1), say.drawing, say.busy(9));
    told.tell({ ...over, agentId: 'x' });
    told.wait(40, say.drawing, say.busy(9), say.sample(0, { workers: 1 }));
    expect(cutAtS(told)).toBe(60);
  });
});
