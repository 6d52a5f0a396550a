import { describe, expect, test } from 'vitest';
import { asks, firstTurn, say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop', 'launch', 'continue').map((effect) => effect.type);
const tool = { type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command' } as const;
const toolOnScreen = { type: 'screen', facts: { activity: 'tool', tokens: 12 } } as const;

/** A turn as hooks and the tunnel tell it, three seconds into its answer. */
function inMidResponse() {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  return told;
}

/** A turn as an agent without hooks tells it. */
function working() {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(10);
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.busy(0));
  return told;
}

describe('a request is unanswered, and another was answered a little later', () => {
  test.each([
    ['a question on the side', 3],
    ['the answer before, whose last bytes are told late', 0],
  ])('%s: the first byte has its full time', (_, seconds) => {
    const told = firstTurn();
    for (const id of [1, 2]) {
      told.tell(say.opened(id));
      told.tell(say.request(id));
    }
    told.wait(seconds, say.drawing);
    told.tell(say.bytes(2));
    told.wait(110, say.drawing);
    expect(actions(told)).toEqual([]);
    told.wait(12, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('but not one of long ago', () => {
    const told = inMidResponse();
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(15, say.bytes(1), say.drawing);
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });
});

describe('a request that is repeated may be for an answer in one piece', () => {
  function repeated() {
    const told = inMidResponse();
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' });
    told.wait(1, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    return told;
  }

  test('which has twice the time to begin, and teaches nothing', () => {
    const told = repeated();
    told.wait(200, say.drawing);
    expect(actions(told)).toEqual([]);
    told.tell(say.bytes(2));
    expect(told.state.evidence.host.health.firstByteMs).toBeLessThan(5_000);
  });

  test('also if telemetry as large as a conversation is sent meanwhile', () => {
    const told = repeated();
    for (let id = 3; id < 8; id++) {
      told.wait(1, say.drawing);
      told.tell(say.opened(id));
      told.tell({ type: 'connection.bytes', id, up: 150_000, down: 0, last: 'up' });
      told.tell(say.bytes(id));
      told.tell({ type: 'connection.closed', id, by: 'agent', cause: 'closed' });
    }
    told.wait(190, say.drawing);
    expect(actions(told)).toEqual([]);
  });

  test('also after a compaction whose end is told once more when the first try has gone up', () => {
    const told = inMidResponse();
    told.tell({ type: 'screen', facts: { activity: 'compacting' } });
    told.wait(5, say.bytes(1), say.drawing);
    told.tell(say.busy(30));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(2, say.drawing);
    told.tell({ type: 'compaction.finished' });
    told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
    told.wait(1, say.drawing);
    told.tell(say.opened(3));
    told.tell(say.request(3));
    told.wait(200, say.drawing);
    expect(actions(told)).toEqual([]);
  });

  test('but no more than that', () => {
    const told = repeated();
    told.wait(245, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('the request after a tool has the usual time', () => {
    const told = inMidResponse();
    told.tell(tool);
    told.wait(3, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't1', ok: true });
    told.tell(say.request(1));
    told.wait(125, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });
});

describe('silence counts only while the agent waits for the API', () => {
  test('the end of a long silent tool gives the next request its full time', () => {
    const told = inMidResponse();
    told.tell(tool);
    told.wait(300, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't1', ok: true });
    told.tell(say.request(1));
    told.tell(say.bytes(1));
    told.wait(25, say.drawing);
    expect(actions(told)).toEqual([]);
    told.wait(8, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('a tool call that the screen shows as running while its input is still received is not a tool at work', () => {
    const told = inMidResponse();
    told.wait(31, say.drawing, toolOnScreen);
    expect(actions(told)).toEqual(['cut']);
  });

  test('an agent that says the API is silent has been waiting since its last token', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(46, say.drawing, say.busy(12)); // measured: it says so after 45 s
    told.wait(13, say.drawing, { type: 'screen', facts: { activity: 'waiting' } });
    expect(told.did('incident', 'probe')).toEqual([]);
    told.wait(3, say.drawing, { type: 'screen', facts: { activity: 'waiting' } });
    expect(actions(told)).toEqual(['nudge']);
  });

  test("a hook of the person's at the end of the turn has time, even where no process of it is seen", () => {
    const told = inMidResponse();
    told.tell({ type: 'turn.ended' });
    told.wait(290, say.drawing);
    expect(actions(told)).toEqual([]);
    told.tell(say.request(1)); // it has the agent go on
    told.wait(3, say.bytes(1), say.drawing);
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test.each([
    ['a prompt', { type: 'turn.started' }],
    ['a tool', { type: 'tool.finished', toolUseId: 't1', ok: true }],
  ] as const)('so has one after %s, and one that is seen at work has all the time it takes', (_, step) => {
    const told = inMidResponse();
    told.wait(2);
    told.tell(step);
    told.wait(290, say.drawing);
    expect(actions(told)).toEqual([]);
    told.wait(290, say.drawing, say.sample(0, { helperAgeMs: 300 }));
    expect(actions(told)).toEqual([]);
  });

  test('what the API’s silences have taught says nothing about hooks: they have no more time at a slow host', () => {
    const told = inMidResponse();
    told.tell({ type: 'host.known', firstByteMs: 0, streamMs: 100_000, pings: true });
    told.tell({ type: 'turn.ended' });
    told.wait(310, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('so has one after an answer that is on record as the last, if nobody reports the end of the turn', () => {
    const told = working();
    told.tell(say.opened(1));
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ type: 'answer.recorded', endsTurn: true });
    told.wait(100, say.drawing);
    expect(actions(told)).toEqual([]);
  });

  test('without hooks, a helper that was started after the last byte may be one of the person’s hooks', () => {
    const told = working();
    told.tell(say.opened(1));
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    for (let ageMs = 500; ageMs < 100_000; ageMs += 1_000)
      told.wait(1, say.drawing, say.sample(0, { helperAgeMs: ageMs }));
    expect(actions(told)).toEqual([]);
    told.wait(8, say.drawing, say.sample(0));
    expect(actions(told)).toEqual(['cut']);
  });

  test.each([
    ['an answer', say.bytes(1), 310],
    ['a request', say.request(1), 125],
  ])('without hooks, no helper hides for ever that %s stays without another byte', (_, last, seconds) => {
    const told = working();
    told.tell(say.opened(1));
    told.tell(say.request(1));
    told.wait(3, last, say.drawing, say.busy(12));
    for (let second = 0; second < seconds; second++)
      told.wait(1, say.drawing, say.sample(0, { helperAgeMs: 500 + second * 1_000 }));
    expect(actions(told)[0]).toBe('cut');
  });

  test('a helper that existed before the request, or beside it, excuses nothing', () => {
    const told = inMidResponse();
    told.wait(31, say.drawing, say.sample(0, { helperAgeMs: 2_500 }));
    expect(actions(told)).toEqual(['cut']);
  });

  test('a standstill of the guard counts for nobody’s silence, and teaches nothing', () => {
    const told = inMidResponse();
    told.wait(25, say.drawing);
    told.skip(300);
    told.tell({ type: 'clock.gap', gapMs: 300_000, cause: 'stalled' });
    told.wait(8, say.drawing); // a moment to come back, and not yet the five seconds that were left
    expect(actions(told)).toEqual([]);
    told.wait(1, say.bytes(1));
    expect(told.state.evidence.host.health.streamMs).toBeLessThan(30_000);
  });

  test('without hooks the screen is believed', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell(say.busy(0));
    told.tell(say.opened(1));
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.wait(300, say.drawing, toolOnScreen);
    expect(actions(told)).toEqual([]);
  });

  test('a connection that the agent ends while its screen still says busy is not a silent screen', () => {
    const told = inMidResponse();
    told.wait(100, say.drawing, say.bytes(1)); // pings: the token counter stands still
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    told.wait(1, say.drawing);
    expect(actions(told)).toEqual([]);
  });
});

describe('a nudge that waits for the network or the person', () => {
  test('is dropped when the answer comes after all', () => {
    const told = story({}, (effect) =>
      effect.type === 'probe' ? [{ type: 'network.probed', reachable: false, latencyMs: null }] : [],
    );
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(250, say.drawing, say.busy(12)); // no tunnel: the screen alone
    expect(told.state.cure?.stage).toBe('network');
    told.wait(2, say.drawing, { type: 'screen', facts: { activity: 'retrying' } });
    told.wait(1, say.drawing, say.busy(13));
    expect(told.state.cure).toBeNull();
    expect(actions(told)).toEqual([]);
  });

  test('only watches when the connection is made at last, and types nothing while the answer is on its way', () => {
    let reachable = false;
    const told = story({}, (effect) =>
      effect.type === 'probe' ? [{ type: 'network.probed', reachable, latencyMs: null }] : [],
    );
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(250, say.drawing, say.busy(12));
    expect(told.state.cure?.stage).toBe('network');
    told.tell(say.opened(1));
    told.tell(say.request(1));
    reachable = true;
    told.wait(10, say.drawing, say.busy(12));
    told.tell(say.bytes(1));
    expect(actions(told)).toEqual([]);
    expect(told.did('incident').at(-1)?.incident.outcome).toBe('recovered');
  });
});

test('a request that went up as hooks reported the turn is its own, even if the agent reports its work later', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.tell({ type: 'program-status', state: 'idle' });
  told.wait(20);
  told.tell({ type: 'turn.started' });
  told.tell(say.request(1));
  told.wait(2);
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 57_000, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.wait(60, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('when the connection that was awaited is lost, what was asked beside it is not cut in its place', () => {
  const told = asks(story());
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 270_000, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.wait(50, say.drawing);
  told.tell(say.bytes(1));
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.wait(2, say.drawing);
  expect(told.did('cut')).toEqual([]);
});

test('nor is an answer that was over when the lost request went up', () => {
  const told = working();
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(3, say.bytes(1), say.drawing, say.busy(9));
  told.wait(1);
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 40_000, down: 0, last: 'up' });
  told.wait(60, say.drawing, say.busy(9));
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
  told.wait(2, say.drawing);
  expect(actions(told)).toEqual([]);
});

test('a hook of the person’s that has just ended is followed by a request, and nothing is cut before it', () => {
  const told = working();
  told.tell(say.opened(1));
  told.tell({ type: 'connection.bytes', id: 1, up: 17_000, down: 0, last: 'up' });
  told.tell(say.bytes(1));
  for (let second = 1; second < 60; second++)
    told.wait(1, say.drawing, say.sample(0, { helperAgeMs: second * 1_000 }));
  told.wait(4, say.drawing, say.sample(0));
  expect(actions(told)).toEqual([]);
});

test('a compaction that begins after a long hook has its own time', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(20);
  told.tell({ type: 'turn.started' });
  told.wait(150, say.drawing, say.busy(0));
  told.wait(3, say.drawing, { type: 'screen', facts: { activity: 'compacting' } });
  expect(actions(told)).toEqual([]);
});
