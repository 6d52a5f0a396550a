/**
 * A strong witness is never overruled by a weak one: whose tool, whose connection, what kind of host, what kind of end.
 */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, firstTurn, reported, type Story, say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop', 'launch').map(({ type }) => type);

function inMidResponse(host?: Observation | null) {
  const told = asks(story({}, undefined, host));
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  return told;
}

const agent: Observation = {
  type: 'tool.started',
  toolUseId: 'a',
  tool: 'Agent',
  risk: 'read',
  delegates: true,
};
const ofSubagent = {
  type: 'tool.started',
  toolUseId: 't',
  tool: 'Bash',
  risk: 'command',
  agentId: 'x',
} as const;

describe('a tool belongs to whoever runs it', () => {
  test('of a subagent in the background: the main stream is judged, whatever process lives', () => {
    const told = inMidResponse();
    told.tell(ofSubagent);
    told.wait(31, say.drawing, say.sample(0, { workers: 1 }));
    expect(actions(told)).toEqual(['cut']);
  });

  test('of a subagent in the background: its end is not a step of the main turn', () => {
    const told = inMidResponse();
    told.tell(ofSubagent);
    told.wait(3, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: ofSubagent.toolUseId, ok: true, agentId: 'x' });
    told.wait(29, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('of a subagent that the main turn waits for: silence is right', () => {
    const told = inMidResponse();
    told.tell(agent);
    told.tell(ofSubagent);
    told.wait(300, say.drawing, say.sample(0, { workers: 1 }));
    expect(actions(told)).toEqual([]);
  });

  test('without hooks a process in a session of its own is a tool', () => {
    const told = story();
    for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1), say.bytes(1)])
      told.tell(each);
    told.wait(300, say.drawing, say.sample(0, { workers: 1 }));
    expect(actions(told)).toEqual([]);
  });
});

test('a connection belongs to a process: another process’s connection feeds and hides nothing', () => {
  const told = inMidResponse();
  told.tell({ type: 'connection.opened', id: 2, host: 'api.example', tookMs: 9, owner: 'other' });
  told.tell(say.request(2));
  told.wait(31, say.drawing, say.bytes(2));
  expect(told.did('cut')).toMatchObject([{ connections: [1] }]);
});

describe('bytes are not meaning', () => {
  const request: Observation = {
    type: 'connection.bytes',
    id: 1,
    up: 50_000,
    down: 500,
    last: 'down',
    stage: 'request',
    lastUpAt: 0,
    lastDownAt: 5,
    requestAt: 0,
  };

  test('session tickets after a request are not the beginning of its answer, and teach nothing', () => {
    const told = story();
    for (const each of [say.started, say.idle, { type: 'turn.started' } as const, say.busy(0), say.opened(1)])
      told.tell(each);
    told.tell(request);
    told.wait(115, say.drawing);
    expect(actions(told)).toEqual([]);
    expect(told.state.evidence.host.health).toMatchObject({ firstByteMs: 0, streamMs: 0 });
    told.wait(7, say.drawing);
    expect(told.did('cut')).toMatchObject([{ why: 'no-first-byte' }]);
  });
});

describe('which of several connections the turn waits on', () => {
  /** As the tunnel reports it, with its own stamps. */
  function asked(): Story {
    const told = firstTurn(
      story({ network_resilience: { stream_timeout_ms: 4_000, first_byte_timeout_ms: 4_000 } }),
    );
    for (const id of [1, 2]) told.tell(say.opened(id));
    told.wait(1, say.drawing);
    return told;
  }

  test('an answer that flows is not cut because of a token count whose short answer looks like session tickets', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, down: 1_003 }, { up: 60_000, down: 458 }));
    told.tell(reported(2, { request: 1_300, answer: 1_310, down: 1_400 }, { up: 70_000, down: 3_000 }));
    for (let second = 2; second < 30; second += 1) {
      told.wait(1, say.drawing);
      told.tell(reported(2, { request: 1_300, answer: 1_310, down: second * 1_000 }, { down: 1_400 }));
    }
    expect(told.did('cut')).toEqual([]);
  });

  /** An answer that came for half a second and has died, and what is asked beside it from then on. */
  function dead(up: number): Story {
    const told = asked();
    told.wait(1, say.drawing);
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_500 }, { up, down: 5_000 }));
    return told;
  }
  const cutAtS = (told: Story) => told.effects.find(({ effect }) => effect.type === 'cut')?.atS;

  test.each([
    ['a little', 20_000],
    ['more than the conversation', 335_000],
  ])('an answer that has died is found at its limit, whatever telemetry is sent beside it: %s', (_, up) => {
    const told = dead(70_000);
    told.tell(reported(2, { request: 1_900, answer: 1_950, down: 1_950 }, { up, down: 198 }));
    for (let second = 3; second < 8; second += 1) {
      told.wait(1, say.drawing);
      told.tell({ ...reported(2, { request: 1_900, answer: 1_950 }, { up: 3_662 }), ...at(second) });
      told.tell({
        ...reported(3, { request: second * 1_000, answer: second * 1_000 }, { up: 20_000, down: 198 }),
        ...at(second),
      });
    }
    expect(cutAtS(told)).toBe(6);
  });

  /** Asked and answered within this second. */
  const at = (second: number) => ({ lastUpAt: second * 1_000 - 10, lastDownAt: second * 1_000 });

  test('an answer that begins is not taken for telemetry whose connection was reused again and again', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000 }, { up: 70_000 }));
    told.tell(reported(2, { request: 1_000, answer: 1_000, down: 1_000 }, { up: 335_000, down: 198 }));
    told.wait(1, say.drawing);
    told.tell({ ...reported(2, { request: 1_000, answer: 1_000 }, { up: 3_662, down: 198 }), ...at(2) });
    told.wait(2, say.drawing);
    told.tell(reported(1, { request: 1_000, answer: 4_000, down: 4_000 }, { down: 700 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBeUndefined();
  });

  test('on a dead line telemetry stays unanswered, too, and does not get the limit for a first byte', () => {
    const told = dead(70_000);
    told.tell(reported(2, { request: 1_900 }, { up: 20_000 }));
    for (let second = 3; second < 8; second += 1) {
      told.wait(1, say.drawing);
      told.tell(say.opened(second));
      told.tell(reported(second, { request: second * 1_000 }, { up: 20_000 }));
    }
    expect(cutAtS(told)).toBe(6);
  });

  test.each([
    ['unanswered', {}],
    ['answered in the same moment', { answer: 3_500, down: 3_500 }],
  ])('who opens a connection while an answer is read asks beside it, however much, %s', (_, answer) => {
    const told = dead(70_000);
    told.wait(1, say.drawing);
    told.tell(say.opened(9));
    told.tell(reported(9, { request: 3_400, ...answer }, { up: 335_000, down: 198 }));
    told.wait(4, say.drawing);
    expect(cutAtS(told)).toBe(6);
  });

  test.each([
    [
      'after which the agent has announced a new try is over: what begins later is the turn’s',
      true,
      undefined,
    ],
    ['that goes on as far as anybody knows is judged, whatever begins beside it', false, 13],
  ])('an answer %s', (_, isAnnounced, cutS) => {
    const told = dead(70_000);
    told.skip(0.5);
    if (isAnnounced)
      told.tell({ type: 'screen', facts: { activity: 'retrying', retry: { attempt: 1, of: 9 } } });
    told.skip(0.5);
    told.tell(say.busy(1));
    const held = {
      host: 'api.anthropic.com:443',
      cause: 'no-route',
      attempt: 1,
      of: null,
      nextInMs: 5_000,
    } as const;
    told.tell({ type: 'connection.waiting', id: 2, owner: 'agent', ...held });
    told.wait(10, say.drawing);
    told.tell(say.opened(2));
    told.tell(reported(2, { request: 12_000, answer: 12_900 }, { up: 75_000, down: 700 }));
    told.wait(2, say.drawing);
    expect(cutAtS(told)).toBe(cutS);
  });

  test('a request after a step of the agent’s gets the limit for a first byte, however small, and whatever came before', () => {
    const told = dead(70_000);
    told.wait(2, say.drawing);
    told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' });
    told.wait(1, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't', ok: true });
    told.tell(reported(2, { request: 5_000 }, { up: 9_000 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBeUndefined();
    told.wait(2, say.drawing);
    expect(told.did('cut')).toMatchObject([{ why: 'no-first-byte' }]);
  });

  test('an unanswered request of the turn before says nothing about this turn’s answer', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000 }, { up: 70_000 }));
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(10, say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell(reported(2, { request: 11_000 }, { up: 70_000 }));
    told.wait(5, say.drawing);
    expect(cutAtS(told)).toBe(15);
  });

  test('a request that continues a larger conversation gets it, too, without a step', () => {
    const told = dead(70_000);
    told.wait(1, say.drawing);
    told.tell(reported(2, { request: 3_000 }, { up: 75_000 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBeUndefined();
  });

  test('an answer of which only the first flight came is detected at its limit, although telemetry is answered beside it', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_020 }, { up: 109_000, down: 1_000 }));
    for (let second = 2; second < 9; second += 1) {
      told.wait(1, say.drawing);
      told.tell({
        ...reported(2, { request: second * 1_000, answer: second * 1_000 }, { up: 9_000, down: 198 }),
        ...at(second),
      });
    }
    expect(cutAtS(told)).toBe(5);
  });

  test('the same, although telemetry that is longer than the conversation is answered on a connection of its own', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_020 }, { up: 109_000, down: 1_000 }));
    told.wait(3, say.drawing);
    told.tell(say.opened(3));
    told.tell(reported(3, { request: 4_000, answer: 4_050 }, { up: 335_000, down: 198 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBe(5);
  });

  test('nor is a request that is too small for the turn’s, on a connection that was open before', () => {
    const told = asked();
    told.tell(say.opened(4));
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_020 }, { up: 109_000, down: 1_000 }));
    told.wait(2, say.drawing);
    told.tell({ type: 'connection.bytes', id: 4, up: 3_600, down: 198, last: 'down', stage: 'ready' });
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBe(5);
  });

  test('a conversation that a hook has delayed is waited for, whatever small request was answered before it', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_020 }, { up: 9_000, down: 198 }));
    told.wait(3, say.drawing);
    told.tell(say.opened(3));
    told.wait(1, say.drawing);
    told.tell(reported(3, { request: 4_000, answer: 4_900 }, { up: 109_000, down: 1_000 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBeUndefined();
    told.wait(2, say.drawing);
    expect(cutAtS(told)).toBe(9);
  });

  test('a tool that ran while its answer was still open gives a dead stream twice the time, if nothing at work could be a hook', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_500 }, { up: 70_000, down: 5_000 }));
    told.wait(1, say.drawing);
    told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' });
    told.wait(1, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't', ok: true });
    told.wait(20, say.drawing, say.sample(0, { workers: 0 }));
    expect(cutAtS(told)).toBe(11);
  });

  test.each([
    ['before its tool ran is no hook of it', 5_000, 15],
    ['with its end may be a hook of it, and has all the time that it takes', 0, undefined],
  ] as const)('a process that the agent has started %s', (_name, earlierMs, cutS) => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_500 }, { up: 70_000, down: 5_000 }));
    told.wait(3, say.drawing);
    told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' });
    told.wait(3, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't', ok: true });
    for (let second = 1; second <= 30; second += 1)
      told.wait(1, say.drawing, say.sample(0, { helperAgeMs: earlierMs + second * 1_000 }));
    expect(cutAtS(told)).toBe(cutS);
  });

  test('after the start of a subagent, the answer that started it is no longer waited for', () => {
    const told = asked();
    told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_500 }, { up: 70_000, down: 5_000 }));
    told.wait(1, say.drawing);
    told.tell(agent);
    told.wait(20, say.drawing, say.sample(0, { workers: 0 }));
    expect(cutAtS(told)).toBeUndefined();
  });

  test('beside a subagent, whose answer may end with a tool of its own, the request of the turn keeps its time', () => {
    const told = dead(70_000);
    told.tell({ type: 'tool.started', toolUseId: 'x', tool: 'Read', risk: 'read', agentId: 'sub' });
    told.tell(reported(2, { request: 2_000 }, { up: 9_000 }));
    told.wait(3, say.drawing);
    expect(cutAtS(told)).toBeUndefined();
  });
});

describe('a host', () => {
  test('that was never seen to ping gets the limit for a first byte in mid-response', () => {
    const told = inMidResponse(null);
    told.wait(115, say.drawing);
    expect(actions(told)).toEqual([]);
    told.wait(8, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('that pings gets the usual limit', () => {
    const told = inMidResponse(null);
    told.tell({ type: 'connection.bytes', id: 1, up: 0, down: 40, last: 'down', pinged: true });
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('for which the person has set a limit gets that limit', () => {
    const told = asks(story({ network_resilience: { stream_timeout_ms: 4_000 } }, undefined, null));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.wait(5, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });
});

describe('an end', () => {
  const end = (cutShort: boolean, typed: boolean) => {
    const told = inMidResponse();
    told.tell({ type: 'answer.recorded', ...(cutShort && { cutShort: true as const }) });
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    if (typed) told.tell({ type: 'input', kind: 'text', bytes: 1 });
    told.wait(5, say.drawing);
    return told;
  };

  test('with an answer that broke off is not an end: nudge', () => {
    const told = end(true, false);
    expect(told.did('nudge')).toMatchObject([{ cause: 'cut-short', interrupt: false }]);
  });

  test.each([
    ['never says why its answers stop: nothing is missing', false, []],
    ['has said so before: nudge', true, ['nudge']],
  ])('without a reason, at a host that %s', (_, named, expected) => {
    const told = story({}, undefined, null);
    told.tell(say.started);
    for (const cutShort of [!named, true]) {
      told.tell({ type: 'turn.started' });
      told.tell(say.busy(3));
      told.tell({ type: 'answer.recorded', ...(cutShort && { cutShort }) });
      told.tell({ type: 'turn.ended' });
      told.tell(say.idle);
      told.wait(cutShort ? 5 : 1, say.drawing);
    }
    expect(actions(told)).toEqual(expected);
  });

  test('with an answer that broke off at once, before the screen showed the turn, is not one either', () => {
    const told = story();
    told.tell(say.started);
    for (const seen of [true, false]) {
      told.tell(say.idle);
      told.wait(5);
      told.tell({ type: 'input', kind: 'enter', bytes: 1 });
      told.tell({ type: 'turn.started' });
      if (seen) told.tell(say.busy(1));
      told.wait(1);
      told.tell({ type: 'turn.ended' });
      told.tell({ type: 'answer.recorded', ...(!seen && { cutShort: true }) });
    }
    told.wait(5);
    expect(told.did('nudge')).toMatchObject([{ cause: 'cut-short' }]);
  });

  test('with a whole answer is one, although the peer has closed', () => {
    expect(actions(end(false, false))).toEqual([]);
  });

  test('at which the person types is theirs', () => {
    expect(actions(end(true, true))).toEqual([]);
  });

  test('without any answer on record, if the record is read, is not one', () => {
    const told = inMidResponse();
    told.tell({ type: 'prompt.recorded' });
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(5, say.drawing);
    expect(told.did('nudge')).toMatchObject([{ cause: 'silent-end' }]);
  });

  test.each([
    ['a turn that the key had begin, with the queue', false, ['nudge']],
    ['the turn that the key has stopped', true, []],
  ])('soon after Esc is that of %s', (_, isStopped, expected) => {
    const told = inMidResponse();
    told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    told.skip(0.1);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0, { elapsedS: 0 }));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell({ type: 'prompt.recorded' });
    told.skip(0.5);
    told.tell(say.bytes(2));
    if (isStopped) told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'closed' });
    told.tell({ type: 'turn.ended', well: true });
    told.tell(say.idle);
    told.wait(5, say.drawing);
    expect(actions(told)).toEqual(expected);
  });

  test('is not one either if the guard cuts what is left, as after a sleep', () => {
    const told = inMidResponse();
    told.tell(say.opened(2));
    told.tell({ type: 'prompt.recorded' });
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.skip(1);
    told.tell({ type: 'connection.closed', id: 2, by: 'guard', cause: 'cut' });
    told.wait(5, say.drawing);
    expect(told.did('nudge')).toMatchObject([{ cause: 'silent-end' }]);
  });

  test('is not one either if the record tells of its request only afterwards', () => {
    const told = inMidResponse();
    told.tell({ type: 'prompt.recorded' });
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    told.skip(0.1);
    told.tell({ type: 'request.sent' });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(5, say.drawing);
    expect(told.did('nudge')).toMatchObject([{ cause: 'silent-end' }]);
  });
});

test.each([
  ['that the record shows as the last of its turn was not lost with its connection', { endsTurn: true }, []],
  ['that the record does not show to be the last may have been', {}, ['nudge']],
] as const)('an answer %s, though the guard cut it as the turn ended', (_, more, expected) => {
  const told = inMidResponse();
  told.wait(1, say.bytes(1), say.drawing);
  told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
  told.tell(say.idle);
  told.tell({ type: 'turn.ended' });
  told.tell({ type: 'answer.recorded', ...more });
  told.wait(10, say.drawing);
  expect(actions(told)).toEqual(expected);
});

test('nor was one lost with a connection that had been idle since, while a hook of the person’s ran', () => {
  const told = inMidResponse();
  told.tell({ type: 'answer.recorded', endsTurn: true });
  told.wait(8, say.drawing);
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'dead' }); // the Wi-Fi has changed
  told.wait(2, say.drawing);
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(10, say.drawing);
  expect(actions(told)).toEqual([]);
});

test('nor has a loss destroyed what was on record long before it', () => {
  const told = inMidResponse();
  told.tell({ type: 'answer.recorded', endsTurn: true });
  told.wait(5, say.bytes(1), say.drawing); // a hook of the person’s has the agent go on
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(5, say.drawing);
  expect(actions(told)).toEqual(['nudge']);
});

test.each([
  ['asked and answered on another connection', true, []],
  ['that has asked nothing else', false, ['nudge']],
])('a cut as the machine wakes has not ended a turn %s', (_, isElsewhere, expected) => {
  const told = inMidResponse();
  told.tell({ type: 'prompt.recorded' });
  told.skip(3);
  if (isElsewhere) {
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.skip(0.5);
  }
  told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
  if (isElsewhere) told.wait(3, say.bytes(2), say.drawing);
  told.tell({ type: 'turn.ended', well: true });
  told.tell(say.idle);
  told.wait(5, say.drawing);
  expect(actions(told)).toEqual(expected);
});

test.each([
  ['already', true, []],
  ['only then', false, ['nudge']],
])('a cut as the machine wakes has not ended a turn if the prompt was %s free', (_, isFree, expected) => {
  const told = story();
  for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1)]) told.tell(each);
  told.tell({ type: 'program-status', state: 'working' });
  told.wait(3, say.bytes(1), say.busy(12));
  if (isFree) told.tell(say.idle);
  told.skip(0.1);
  told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
  if (!isFree) told.tell(say.idle);
  told.skip(0.05);
  told.tell({ type: 'program-status', state: 'idle' });
  told.wait(10, say.idle);
  expect(actions(told)).toEqual(expected);
});

test('a cut as the machine wakes has not ended a turn whose end a hook had written down before', () => {
  const told = story();
  for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1)]) told.tell(each);
  told.tell({ type: 'turn.started' });
  told.wait(3, say.bytes(1), say.busy(12));
  const writtenAt = told.state.evidence.clock.at + 20;
  told.skip(0.04);
  told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
  told.skip(0.1);
  told.tell(say.idle);
  told.tell({ type: 'turn.ended', well: true, writtenAt });
  told.wait(10, say.idle);
  expect(actions(told)).toEqual([]);
});

test.each([
  ['has come on record since', true, []],
  ['is missing', false, ['nudge']],
])('a cut as the machine wakes has not ended a turn whose answer %s', (_, isRecorded, expected) => {
  const told = inMidResponse();
  told.tell({ type: 'prompt.recorded' });
  told.skip(60);
  told.tell({ type: 'clock.gap', gapMs: 60_000, cause: 'slept' });
  told.skip(0.1);
  told.tell({ type: 'turn.ended', well: true });
  told.tell(say.idle);
  if (isRecorded) told.tell({ type: 'answer.recorded' });
  told.wait(20, say.idle);
  expect(actions(told).filter((each) => each !== 'cut')).toEqual(expected);
});

describe('at a free prompt after a lost connection', () => {
  /** A request between the two, on a connection of its own, answered whole. */
  const end = (requestSize: number, told = inMidResponse()) => {
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.wait(1, say.drawing);
    told.tell(say.opened(2));
    told.tell({ type: 'connection.bytes', id: 2, up: requestSize, down: 0, last: 'up' });
    told.tell(say.bytes(2));
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(5, say.drawing);
    return told;
  };

  test.each([1_500, 5_000, 30_000, 45_000])(
    'a side request (%s bytes) is not a new try of the turn’s: nudge',
    (size) => {
      expect(end(size).did('nudge')).toMatchObject([{ cause: 'silent-end', interrupt: false }]);
    },
  );

  test.each([50_000, 49_980])('the conversation sent once more (%s bytes) is one', (size) => {
    expect(actions(end(size))).toEqual([]);
  });

  test('what is as large, and was sent after the turn had ended, is none', () => {
    const told = inMidResponse();
    told.tell({ type: 'prompt.recorded' });
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    const writtenAt = told.state.evidence.clock.at;
    told.skip(0.1);
    told.tell(say.opened(2));
    told.tell({ type: 'connection.bytes', id: 2, up: 50_000, down: 0, last: 'up' });
    told.tell(say.idle);
    told.tell(say.bytes(2));
    told.skip(2);
    told.tell({ type: 'turn.ended', well: true, writtenAt });
    told.wait(5, say.drawing);
    expect(told.did('nudge')).toMatchObject([{ cause: 'silent-end' }]);
  });

  test.each([
    ['has no answer', true, ['nudge']],
    ['does not speak', false, []],
  ])(
    'as large a request from just before the loss was the turn’s, unless the record %s',
    (_, speaks, did) => {
      const told = inMidResponse();
      if (speaks) told.tell({ type: 'prompt.recorded' });
      told.tell(say.opened(2));
      told.tell(say.request(2));
      told.skip(0.2);
      told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
      told.skip(0.1);
      told.tell(say.bytes(2));
      told.tell({ type: 'turn.ended' });
      told.tell(say.idle);
      told.wait(5, say.drawing);
      expect(actions(told)).toEqual(did);
    },
  );

  test('and stays one, whatever goes up after it on the same connection', () => {
    const told = end(50_000);
    told.tell({ type: 'connection.bytes', id: 2, up: 10_000, down: 0, last: 'up' });
    told.wait(5, say.bytes(2), say.drawing);
    expect(actions(told)).toEqual([]);
  });

  test.each([
    ['the end', 0],
    ['an end that was written before the loss was seen', 0.05],
  ])('nor is what the record tells of after %s, if only the lost request has gone up', (_, before) => {
    const told = inMidResponse();
    const writtenAt = told.state.evidence.clock.at;
    told.skip(before);
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.skip(0.2);
    told.tell({ type: 'turn.ended', well: true, writtenAt });
    told.tell(say.idle);
    told.skip(1.1);
    told.tell({ type: 'request.sent' });
    told.wait(5, say.drawing);
    expect(told.did('nudge')).toMatchObject([{ cause: 'silent-end' }]);
  });

  test('the record tells of a new try after the end, if one has gone up with a smaller conversation', () => {
    const told = inMidResponse();
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.skip(0.5);
    told.tell(say.opened(2));
    told.tell({ type: 'connection.bytes', id: 2, up: 40_000, down: 0, last: 'up' });
    told.tell(say.bytes(2));
    told.skip(0.5);
    told.tell({ type: 'turn.ended', well: true });
    told.tell(say.idle);
    told.skip(0.2);
    told.tell({ type: 'request.sent' });
    told.wait(5, say.drawing);
    expect(actions(told)).toEqual([]);
  });

  test('and so is a request that the record shows', () => {
    const told = inMidResponse();
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.wait(1, say.drawing);
    told.tell({ type: 'request.sent' });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(5, say.drawing);
    expect(actions(told)).toEqual([]);
  });
});

describe('a prompt that was taken, and nothing asked', () => {
  function taken() {
    const told = asks(story());
    told.tell(say.bytes(1));
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(60, say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    return told;
  }

  test('no process at work: nudge', () => {
    const told = taken();
    told.wait(235, say.drawing, say.sample(0));
    expect(actions(told)).toEqual([]);
    told.wait(8, say.drawing, say.sample(0));
    expect(told.did('nudge')).toMatchObject([{ cause: 'never-asked', interrupt: true }]);
  });

  test('an answer that the screen counts comes from elsewhere', () => {
    const told = taken();
    for (let second = 1; second < 900; second++) told.wait(1, say.drawing, say.busy(second), say.sample(0));
    expect(actions(told)).toEqual([]);
  });

  test('a hook of the person’s at work: its own time', () => {
    const told = taken();
    told.wait(280, say.drawing, say.sample(0, { helperAgeMs: 100 }));
    expect(actions(told)).toEqual([]);
  });
});

test('words that a resumed agent writes by itself do not prove that it goes on', () => {
  const told = inMidResponse();
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
  told.wait(3);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  expect(told.did('launch')).toHaveLength(1);
  expect(told.state.incident).not.toBeNull();
});

test('telemetry beside an answer is not judged just as the person stops the turn', () => {
  const told = asks(story());
  told.tell(say.bytes(1));
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 313_000, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.wait(60, say.drawing, say.bytes(1));
  told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'reset' });
  told.wait(2, say.drawing);
  expect(told.did('cut')).toEqual([]);
});
