/** A hook is read some seconds after it was written: what it tells happened then. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop').map((effect) => effect.type);
const slowHost: Observation = {
  type: 'host.known',
  firstByteMs: 300_000,
  streamMs: 0,
  pings: true,
  namesStops: true,
};

const failed: Observation = {
  type: 'screen',
  facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'f' } },
};

/** Time of the story, on the monotonic clock. */
const now = (told: ReturnType<typeof story>) => told.state.evidence.clock.at;
const asks = (told: ReturnType<typeof story>, id: number): Observation => ({
  type: 'connection.bytes',
  id,
  up: 60_000,
  down: 0,
  last: 'up',
  requestAt: now(told),
});

describe('a prompt was taken, and its request went up', () => {
  /** @param lateS seconds after which the hook is read */
  function prompted(lateS: number, host?: Observation) {
    const told = story({}, undefined, host);
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(5);
    told.tell(say.busy(0));
    const writtenAt = now(told);
    told.tell(say.opened(1));
    told.tell(asks(told, 1));
    told.wait(lateS, say.drawing, say.sample(100));
    told.tell({ type: 'turn.started', writtenAt });
    return told;
  }

  test('the request is this turn’s: it has the time of a first byte', () => {
    const told = prompted(3);
    told.wait(116, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
    told.wait(4, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });

  test('at a host that is slow to answer: nothing happens', () => {
    const told = prompted(3, slowHost);
    told.wait(400, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
  });
});

describe('a tool has ended, and the answer to the next request breaks off', () => {
  test('at the limit for a silence in mid-response', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell({ type: 'tool.started', toolUseId: 'one', tool: 'Read', risk: 'read' });
    told.wait(2, say.drawing, say.sample(100));
    const writtenAt = now(told);
    told.tell(say.opened(1));
    told.tell(asks(told, 1));
    told.wait(3, say.drawing, say.sample(100), say.bytes(1));
    told.tell({ type: 'tool.finished', toolUseId: 'one', ok: true, writtenAt });
    told.wait(29, say.drawing, say.sample(100));
    expect(actions(told)).toEqual([]);
    told.wait(2, say.drawing, say.sample(100));
    expect(actions(told)).toEqual(['cut']);
  });
});

test('a call is as old as its hook', () => {
  const told = story();
  told.tell(say.started);
  told.tell({ type: 'turn.started' });
  told.wait(10);
  const call = { toolUseId: 'one', tool: 'Bash', risk: 'command' } as const;
  told.tell({ type: 'tool.started', ...call, writtenAt: now(told) - 4_000 });
  expect(told.state.evidence.tools[0]?.startedAt).toBe(told.state.evidence.now - 4_000);
});

test('what was written before the guard stood still was told before it', () => {
  const told = story();
  told.tell(say.started);
  told.wait(10);
  const writtenAt = now(told);
  const before = told.state.evidence.now;
  told.skip(300);
  told.tell({ type: 'clock.gap', gapMs: 300_000, cause: 'stalled' });
  told.wait(10);
  told.tell({ type: 'turn.started', writtenAt });
  expect(told.state.evidence.turn.told?.at).toBeCloseTo(before, 0);
});

describe('the hooks of a turn that no other sense sees are read in one look', () => {
  /** They were written seconds ago, one second apart. */
  function reads(...hooks: readonly Observation[]) {
    const told = story();
    told.tell(say.started);
    told.wait(10);
    const first = now(told) - 4_000;
    for (const [index, hook] of hooks.entries()) told.tell({ ...hook, writtenAt: first + index * 1_000 });
    return told;
  }

  test('the turn began and ended when they were written, and the prompt is known to be free since they were read', () => {
    const told = reads({ type: 'turn.started' }, { type: 'turn.ended', well: true });
    const { lastStartedAt, toldAt, idleSince } = told.state.evidence.turn;
    expect([lastStartedAt, toldAt, idleSince]).toEqual([6_000, 7_000, 10_000]);
  });

  test('an answer that the record has told of meanwhile is the turn’s', () => {
    const told = story();
    told.tell(say.started);
    told.wait(10);
    told.tell({ type: 'prompt.recorded' });
    told.tell({ type: 'answer.recorded', cutShort: true });
    told.tell({ type: 'turn.started', writtenAt: now(told) - 4_000 });
    expect(told.state.evidence.turn.answer).toMatchObject({ cutShort: true });
  });

  test('it has ended well, though its last words read like an error', () => {
    const told = reads({ type: 'turn.started' }, { type: 'turn.ended', well: true });
    told.tell(failed);
    told.wait(20);
    expect(actions(told)).toEqual([]);
  });

  test('its call is open when a message enters its queue', () => {
    const call = {
      type: 'tool.started',
      toolUseId: 'one',
      tool: 'mcp__slow__wait',
      risk: 'unknown',
    } as const;
    const told = reads({ type: 'turn.started' }, call);
    told.tell({ type: 'turn.started' });
    expect(told.state.evidence.tools).toHaveLength(1);
  });
});

describe('an error is on the screen before its turn’s hooks are read', () => {
  /** The turn ran for so long, and the hook of its end tells of every end. */
  function fails(seconds: number, late: readonly ('start' | 'end')[]) {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(5);
    const start: Observation = { type: 'turn.started', writtenAt: now(told) };
    if (!late.includes('start')) told.tell(start);
    told.tell(say.busy(0));
    told.wait(seconds, say.drawing, say.sample(100));
    const end: Observation = { type: 'turn.ended', writtenAt: now(told) - 500 };
    told.tell(failed);
    told.skip(0.5);
    if (late.includes('start')) told.tell(start);
    told.tell(end);
    told.wait(20);
    return actions(told);
  }

  test('it is a failure all the same', () => {
    expect(fails(10, ['end'])).toEqual(['nudge']);
    expect(fails(3, ['start', 'end'])).toEqual(['nudge']);
  });
});

test('a turn that a hook of the person’s had go on has ended well, though its last words read like an error', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.wait(5, say.drawing, say.sample(100));
  told.tell({ type: 'turn.ended', well: true });
  told.wait(10, say.drawing, say.sample(100));
  told.tell(say.opened(1));
  told.tell(asks(told, 1));
  told.wait(5, say.drawing, say.sample(100), say.bytes(1));
  const writtenAt = now(told);
  told.tell(failed);
  told.wait(4);
  told.tell({ type: 'turn.ended', well: true, writtenAt });
  told.wait(20);
  expect(actions(told)).toEqual([]);
});
