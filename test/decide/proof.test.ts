import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, firstTurn, obliging, say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop', 'launch').map((effect) => effect.type);
const outcomes = (told: ReturnType<typeof story>) =>
  told.did('incident').map(({ incident }) => incident.outcome);
const turnBegins: Observation = { type: 'screen', facts: { activity: 'busy' } };

test('a nudge is proven by the clock of the new turn when the free prompt between two turns went unseen', () => {
  const told = story({}, (effect) => {
    if (effect.type !== 'nudge') return obliging(effect);
    // The turn of the nudge has begun, and the old one never seemed to end.
    return [turnBegins, { type: 'nudge.done', outcome: 'submitted' }];
  });
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(turnBegins);
  for (let second = 1; second < 244; second++) told.wait(1, say.drawing, say.busy(1, { elapsedS: second }));
  expect(actions(told)).toEqual(['nudge']);
  expect(outcomes(told).at(-1)).toBe('open');
  // The person's next turn, dead again: it is another incident, which is nudged again.
  told.wait(3, say.drawing);
  for (let second = 0; second < 490; second++)
    told.wait(1, say.drawing, say.busy(second === 0 ? 0 : 1, { elapsedS: second }));
  expect(outcomes(told)).toContain('recovered');
  expect(actions(told)).toEqual(['nudge', 'nudge']);
});

test('a turn that came and went after the nudge proves it, even if the person has begun to type since', () => {
  const told = story({}, (effect) =>
    effect.type === 'nudge' ? [say.idle, { type: 'nudge.done', outcome: 'submitted' }] : obliging(effect),
  );
  told.tell(say.started);
  told.tell(say.idle);
  while (actions(told).length === 0) told.wait(1, say.busy(1), say.drawing);
  told.wait(2, turnBegins, say.drawing);
  told.tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
  expect(outcomes(told).at(-1)).toBe('open');
  told.wait(6);
  expect(outcomes(told).at(-1)).toBe('recovered');
  expect(actions(told)).toEqual(['nudge']);
});

describe('a nudge that took effect, and whose request is silent, too', () => {
  const took = (effect: Parameters<typeof obliging>[0]): readonly Observation[] =>
    effect.type === 'nudge' ? [say.idle, { type: 'nudge.done', outcome: 'submitted' }] : obliging(effect);

  function nudged() {
    const told = story({}, took);
    told.tell(say.started);
    told.tell(say.idle);
    while (actions(told).length === 0) told.wait(1, say.busy(1), say.drawing);
    return told;
  }

  test('gets the limit for silence, doubled, is nudged again, and then relaunched', () => {
    const told = nudged();
    expect(actions(told)).toEqual(['nudge']);
    told.wait(470, turnBegins, say.drawing);
    expect(actions(told)).toEqual(['nudge']);
    told.wait(12, turnBegins, say.drawing);
    expect(actions(told)).toEqual(['nudge', 'nudge']);
    told.wait(700, turnBegins, say.drawing);
    expect(actions(told)).toEqual(['nudge', 'nudge', 'stop', 'launch']);
  });

  test('is no reason for a relaunch if the answer is only slow', () => {
    const told = nudged();
    told.wait(100, turnBegins, say.drawing);
    told.wait(5, say.drawing, say.busy(20));
    expect(actions(told)).toEqual(['nudge']);
    expect(outcomes(told).at(-1)).toBe('recovered');
  });
});

test('a nudge that has no effect is followed by a relaunch', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(242, say.drawing, say.busy(1));
  told.wait(32, say.drawing, say.busy(1));
  expect(actions(told)).toEqual(['nudge', 'stop', 'launch']);
});

test('a relaunch is not followed by another as its turn ends with a whole answer that came at once', () => {
  const told = story({ recovery: { in_place: false } });
  told.tell(say.started);
  told.tell(say.idle);
  while (actions(told).length === 0) told.wait(1, say.busy(1), say.drawing); // no tunnel: the screen alone
  told.tell(say.idle);
  told.wait(1);
  told.wait(70, say.busy(0), say.drawing);
  told.tell(say.idle);
  told.wait(20);
  expect(actions(told)).toEqual(['stop', 'launch']);
  expect(outcomes(told).at(-1)).toBe('recovered');
});

test('what the person has just stopped is not nudged', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(59, say.drawing, say.busy(1));
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.wait(1, say.busy(1));
  told.tell(say.idle);
  told.wait(60);
  expect(told.did('nudge', 'probe', 'incident')).toEqual([]);
});

test('nor what the person stopped as the machine woke, although the connections were cut just after that', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(9));
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.wait(1, say.drawing);
  told.tell({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' });
  told.tell({ type: 'interrupted' });
  told.tell(say.idle);
  told.wait(60);
  expect(told.did('nudge')).toEqual([]);
});

test('a relaunch whose first byte is slow is not followed by another', () => {
  const told = story({ recovery: { in_place: false } });
  told.tell(say.started);
  told.tell(say.idle);
  while (actions(told).length === 0) told.wait(1, say.busy(1), say.drawing);
  told.tell(say.opened(2));
  told.wait(1, say.drawing, turnBegins);
  told.tell(say.request(2));
  told.wait(110, turnBegins, say.drawing);
  told.wait(3, say.bytes(2), turnBegins, say.drawing);
  expect(actions(told)).toEqual(['stop', 'launch']);
  expect(outcomes(told).at(-1)).toBe('recovered');
});

describe('a relaunch whose first answer is a refusal has not helped', () => {
  const refused = (failure: 'history' | 'refused') => {
    const told = story({});
    told.tell(say.started);
    told.tell({ type: 'turn.started' });
    told.tell({ type: 'turn.ended', failure: 'history' });
    told.tell(say.idle);
    told.wait(10);
    expect(actions(told)).toEqual(['stop', 'launch']);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    told.tell(say.idle);
    told.wait(1);
    told.tell({ type: 'turn.ended', failure });
    told.wait(5);
    return told;
  };

  test.each(['history', 'refused'] as const)('%s: the person is asked, at once', (failure) => {
    const told = refused(failure);
    expect(outcomes(told)).not.toContain('recovered');
    expect(told.state.name).toBe('asking');
  });

  test('and damage on another day is repaired again', () => {
    const told = story({});
    told.tell(say.started);
    for (const [id, since] of [
      [2, 1],
      [3, 2],
    ] as const) {
      told.tell({ type: 'turn.started' });
      told.tell({ type: 'turn.ended', failure: 'history' });
      told.tell(say.idle);
      told.wait(10);
      expect(told.did('launch')).toHaveLength(since);
      told.tell({ type: 'turn.started' });
      told.tell(say.opened(id));
      told.tell(say.request(id));
      told.tell(say.bytes(id));
      told.tell({ type: 'answer.recorded' });
      told.tell({ type: 'turn.ended' });
      told.tell(say.idle);
      told.wait(5);
    }
    expect(outcomes(told).filter((outcome) => outcome !== 'open')).toEqual(['recovered', 'recovered']);
  });
});

describe('a hook of the person’s that takes long is no reason for a stronger cure', () => {
  test('after a nudge, even if the guard has stood still since', () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing);
    told.tell({ type: 'answer.recorded', cutShort: true });
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    while (told.did('nudge').length === 0) told.wait(1);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    const hooked = (from: number, to: number) => {
      for (let second = from; second <= to; second++)
        told.wait(1, say.drawing, say.sample(100, { helperAgeMs: second * 1_000 }));
    };
    hooked(1, 5);
    told.skip(13);
    told.tell({ type: 'clock.gap', gapMs: 13_000, cause: 'stalled' });
    hooked(19, 100);
    expect(actions(told)).toEqual(['nudge']);
  });

  test('after a cut, even if the agent tells late that it works', () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing);
    told.tell({ type: 'turn.ended' });
    told.tell({ type: 'program-status', state: 'idle' });
    told.tell(say.idle);
    told.wait(10);
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(2));
    told.wait(1, say.drawing);
    told.tell({ type: 'connection.bytes', id: 2, up: 70_000, down: 0, last: 'up' });
    told.tell(say.bytes(2));
    told.wait(1, say.drawing);
    told.tell({ type: 'program-status', state: 'working' });
    for (let second = 2; second < 200; second++)
      told.wait(1, say.drawing, say.busy(0), say.sample(100, { helperAgeMs: second * 1_000 + 100 }));
    expect(actions(told)).toEqual(['cut']);
  });

  test('after a cut of what was asked beside it, where nothing tells of the turn and its beginning was seen late', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(10, say.drawing, say.sample(100, { workers: 1 })); // the call that Esc has just ended
    told.tell(say.busy(0));
    told.wait(1, say.busy(0), say.drawing);
    told.tell(say.sample(100, { helperAgeMs: 1_900 }));
    told.tell(say.opened(2));
    told.tell({ type: 'connection.bytes', id: 2, up: 70_000, down: 0, last: 'up' });
    told.wait(2, say.bytes(2), say.drawing, say.busy(0));
    for (let second = 1; second < 200; second++)
      told.wait(1, say.drawing, say.busy(0), say.sample(100, { helperAgeMs: 3_900 + second * 1_000 }));
    expect(actions(told)).toEqual(['cut']);
  });

  test('after a cut of what was asked beside it', () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing);
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(10);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell(say.opened(2));
    told.wait(2, say.drawing);
    told.tell({ type: 'connection.bytes', id: 2, up: 70_000, down: 0, last: 'up' });
    told.tell(say.bytes(2));
    for (let second = 2; second < 200; second++)
      told.wait(1, say.drawing, say.sample(100, { helperAgeMs: second * 1_000 }));
    expect(actions(told)).toEqual(['cut']);
    told.tell(say.opened(3));
    told.tell(say.request(3));
    told.wait(3, say.bytes(3), say.drawing, say.sample(100));
    expect(outcomes(told).at(-1)).toBe('recovered');
  });
});

test('side requests prove nothing about a turn that was just resumed and has not been seen yet', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing);
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.tell({ type: 'turn.ended' });
  told.tell({ type: 'program-status', state: 'idle' });
  told.tell(say.idle);
  while (told.did('nudge').length === 0) told.wait(1);
  told.tell(say.busy(0));
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 4_400, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.tell({ type: 'turn.started' });
  told.wait(1, say.drawing);
  expect(outcomes(told)).not.toContain('recovered');
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.opened(3));
  told.tell(say.request(3));
  told.wait(3, say.bytes(3), say.drawing);
  expect(outcomes(told)).toContain('recovered');
  expect(told.did('nudge')).toHaveLength(1);
});

test('two unknown refusals are two in a row, in whatever order screen and hooks report them', () => {
  const told = story({});
  told.tell(say.started);
  for (const _ of [1, 2]) {
    told.tell(say.busy(0));
    told.tell({ type: 'turn.started' });
    told.tell({ type: 'turn.ended', failure: 'refused' });
    told.tell(say.idle);
    told.wait(5);
  }
  expect(told.state.name).toBe('asking');
});

test('the late record of one refusal does not hide the next', () => {
  const told = story({});
  told.tell(say.started);
  told.tell({ type: 'turn.started' });
  told.tell({ type: 'turn.ended', failure: 'refused' });
  told.tell({ type: 'turn.started' });
  told.tell({ type: 'failure.recorded', failure: 'refused' });
  told.tell({ type: 'turn.ended', failure: 'refused' });
  told.tell(say.idle);
  told.wait(5);
  expect(told.state.name).toBe('asking');
});

test('a hold is over with its turn, whatever else is still held', () => {
  const told = firstTurn();
  const held = (id: number): Observation => ({
    type: 'connection.waiting',
    id,
    host: 'api.example',
    cause: 'connect-timeout',
    attempt: 1,
    of: null,
    nextInMs: 0,
  });
  told.tell(held(1));
  told.tell(held(2)); // telemetry
  told.wait(5, say.drawing);
  expect(outcomes(told)).toEqual(['open']);
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  told.wait(1, say.drawing);
  expect(outcomes(told).at(-1)).toBe('open');
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(3);
  expect(outcomes(told).at(-1)).toBe('recovered');
  expect(told.state.title).toBeNull();
});

test.each([
  ['a refusal of the conversation', 'history', ['cut', 'stop', 'launch']],
  ['a refusal that nobody knows', 'refused', ['cut']],
] as const)('%s after a cut is no recovery', (_name, failure, wanted) => {
  const told = asks(story());
  told.tell(say.bytes(1));
  while (actions(told).length === 0) told.wait(1, say.drawing, say.busy(1));
  told.wait(1, say.drawing);
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.wait(1, say.drawing);
  // The agent tells of it before the bytes of the answer are counted.
  told.tell({ type: 'turn.ended', failure });
  told.tell(say.idle);
  told.tell(say.bytes(2));
  expect(outcomes(told).at(-1)).toBe('open');
  told.wait(4);
  expect(outcomes(told)).not.toContain('recovered');
  expect(actions(told)).toEqual(wanted);
});

describe('after a cut', () => {
  const cutOff = () => {
    const told = asks(story());
    told.tell(say.bytes(1));
    while (actions(told).length === 0) told.wait(1, say.drawing, say.busy(1));
    told.wait(1, say.drawing);
    return told;
  };

  test('an answer beside the turn’s proves nothing; the answer to the turn’s own request does', () => {
    const told = cutOff();
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(1, say.drawing);
    told.tell(say.opened(3)); // telemetry
    told.tell(say.request(3));
    told.tell(say.bytes(3));
    told.wait(2, say.drawing);
    expect(outcomes(told).at(-1)).toBe('open');
    told.wait(2, say.drawing, say.bytes(2));
    expect(outcomes(told).at(-1)).toBe('recovered');
  });

  test('nor does one that was asked for before the turn’s own request', () => {
    const told = cutOff();
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    told.wait(1, say.drawing);
    told.tell(say.opened(3));
    told.tell(say.request(3));
    told.wait(5, say.drawing);
    expect(outcomes(told).at(-1)).toBe('open');
  });

  test('an agent that counts down to its next try has its time once it has done so', () => {
    const told = cutOff();
    told.wait(30, { type: 'screen', facts: { activity: 'retrying' } }, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.busy(12)); // the request is reported a moment later
    told.wait(1, say.drawing);
    told.tell(say.request(2));
    told.wait(60, say.drawing);
    expect(actions(told)).toEqual(['cut']);
  });

  test('an answer after which the agent counts down to its next try does not count', () => {
    const told = cutOff();
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    told.wait(5, { type: 'screen', facts: { activity: 'retrying' } }, say.drawing);
    expect(outcomes(told).at(-1)).toBe('open');
  });

  test.each([
    ['of the conversation, which is repaired', 'history', ['cut', 'stop', 'launch'], 'open'],
    ['that nobody knows', 'refused', ['cut'], 'open'],
    ['for want of a login', 'person', ['cut'], 'open'],
  ] as const)(
    'an answer that turns out to be a refusal %s is no recovery',
    (_name, failure, wanted, outcome) => {
      const told = cutOff();
      told.tell(say.opened(2));
      told.tell(say.request(2));
      told.tell(say.bytes(2));
      told.wait(1, say.drawing); // the agent tells of it a moment later
      told.tell({ type: 'turn.ended', failure });
      told.tell(say.idle);
      told.wait(4);
      expect(actions(told)).toEqual(wanted);
      expect(outcomes(told)).not.toContain('recovered');
      expect(outcomes(told).at(-1)).toBe(outcome);
    },
  );
});

test('a side request while a nudge is being typed is no reason for another nudge', () => {
  const told = story({}, (effect) => (effect.type === 'nudge' ? [] : obliging(effect)));
  asks(told);
  told.tell({ type: 'turn.ended', failure: 'connection' });
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.tell({
    type: 'screen',
    facts: { activity: 'idle', failure: { kind: 'connection', fingerprint: 'a' } },
  });
  for (let seconds = 0; told.did('nudge').length === 0 && seconds < 30; seconds++) told.wait(1, say.drawing);
  told.tell(say.opened(2));
  told.tell({ type: 'connection.bytes', id: 2, up: 257_000, down: 0, last: 'up' });
  told.tell(say.bytes(2));
  told.wait(3, say.drawing);
  told.tell({ type: 'nudge.done', outcome: 'submitted' });
  expect(told.did('nudge')).toHaveLength(1);
});

describe('after a nudge, a hook of the person’s delays the request', () => {
  /** The hook begins with the turn and runs that long; then the request goes up. */
  function hooked(seconds: number, shows: (ageMs: number) => object) {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(1));
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    while (actions(told).length === 0) told.wait(1, say.busy(0), say.drawing, say.sample(100));
    told.wait(1, say.busy(0), say.drawing);
    told.tell({ type: 'turn.started' });
    for (let second = 1; second < seconds; second++)
      told.wait(1, say.busy(0), say.drawing, say.sample(100, shows(second * 1_000)));
    told.wait(2, say.busy(0), say.drawing, say.sample(100));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(5, say.busy(5), say.drawing, say.bytes(2));
    return actions(told);
  }

  test('as a process in the agent’s session', () => {
    expect(hooked(120, (helperAgeMs) => ({ helperAgeMs }))).toEqual(['nudge']);
  });

  test('as a process in a session of its own', () => {
    expect(hooked(80, () => ({ workers: 1 }))).toEqual(['nudge']);
  });

  test('and if nothing delays it, the agent is relaunched', () => {
    expect(hooked(80, () => ({}))).toContain('stop');
  });
});

test('an agent that goes on by its queue, and has asked before the nudge is known to be done, is left alone', () => {
  const told = asks(story({}, (effect) => (effect.type === 'nudge' ? [] : obliging(effect))));
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  while (!actions(told).includes('nudge')) told.wait(1, say.drawing);
  told.wait(1, say.drawing, { type: 'interrupted' }, say.idle);
  told.wait(1, { type: 'turn.started' }, say.busy(0), say.opened(7), say.request(7));
  told.wait(1, say.drawing, { type: 'nudge.done', outcome: 'submitted' });
  told.wait(50, say.drawing); // a long prompt is read
  told.wait(20, say.drawing, say.bytes(7));
  expect(actions(told)).toEqual(['cut', 'nudge']);
  expect(outcomes(told).at(-1)).toBe('recovered');
});

describe('while a nudge waits', () => {
  /** A dead stream, and a cut without effect; the next thing is a nudge, which waits for good probes. */
  function waiting() {
    const told = asks(story({}, (effect) => (effect.type === 'probe' ? [] : obliging(effect))));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    while (told.state.cure?.rung !== 'nudge') told.wait(1, say.drawing);
    return told;
  }
  const reachable: Observation = { type: 'network.probed', reachable: true, latencyMs: 5 };
  const asked = (bytes: number): Observation => ({
    type: 'connection.bytes',
    id: 3,
    up: bytes,
    down: 0,
    last: 'up',
  });

  test('telemetry neither calls it off nor closes the incident', () => {
    const told = waiting();
    told.tell(say.opened(3));
    told.tell(asked(5_000));
    told.tell(say.bytes(3));
    told.wait(1, say.drawing, reachable);
    told.wait(1, say.drawing, reachable);
    expect(actions(told)).toEqual(['cut', 'nudge']);
    expect(outcomes(told)).not.toContain('recovered');
  });

  test('one that the person has asked for is typed, whatever the agent asks', () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.tell({ type: 'command', command: 'nudge' });
    for (let tries = 0; tries < 10; tries++) told.wait(1, say.request(1), say.bytes(1), reachable);
    expect(actions(told)).toEqual(['nudge']);
  });

  test("the agent's own request calls it off", () => {
    const told = waiting();
    told.tell(say.opened(3));
    told.tell(asked(50_000));
    told.wait(1, say.drawing, reachable);
    told.wait(1, say.drawing, reachable);
    expect(actions(told)).toEqual(['cut']);
  });
});

describe('a host that the tunnel watches and that answers only side requests', () => {
  /** A check of an address, such as an agent makes before it reads a page: small, and answered whole. */
  const side = (told: ReturnType<typeof story>) => {
    told.tell({ type: 'connection.opened', id: 9, host: 'api.example', tookMs: 20 });
    told.tell({ type: 'connection.bytes', id: 9, up: 2_000, down: 0, last: 'up' });
    told.tell(say.bytes(9));
    told.tell({ type: 'connection.closed', id: 9, by: 'peer', cause: 'closed' });
  };
  function nudged() {
    const told = story({}, (effect) =>
      effect.type === 'nudge' ? [say.idle, { type: 'nudge.done', outcome: 'submitted' }] : obliging(effect),
    );
    told.tell(say.started);
    told.tell(say.idle);
    side(told);
    while (actions(told).length === 0) told.wait(1, say.busy(1), say.drawing);
    expect(actions(told)).toEqual(['nudge']);
    return told;
  }

  test('is no witness of a nudge: the turn that it began is left to its answer', () => {
    const told = nudged();
    for (let second = 1; second <= 45; second++)
      told.wait(1, say.drawing, say.busy(0, { elapsedS: second, requesting: true }));
    expect(outcomes(told).at(-1)).toBe('open');
    told.wait(3, say.drawing, say.busy(40, { elapsedS: 47 }));
    expect(outcomes(told).at(-1)).toBe('recovered');
    expect(actions(told)).toEqual(['nudge']);
  });

  test('nor of a turn that came and went unseen', () => {
    const told = nudged();
    told.wait(60, say.idle);
    expect(actions(told)).toEqual(['nudge']);
  });

  test('is one once a conversation has gone up to it, in the next agent, too', () => {
    const told = nudged();
    told.tell(say.opened(10));
    told.tell(say.request(10));
    told.tell({ ...say.started, generation: 2 } as Observation);
    expect(told.state.evidence.wire.turnsAsk).toBe('here');
  });
});

describe('a relaunched agent that still starts', () => {
  const killed = (started: Observation = say.started, patch = {}) => {
    const told = story(patch, (effect) =>
      obliging(effect).map((answer) =>
        answer.type === 'agent.started' && 'unattended' in started ? { ...answer, unattended: true } : answer,
      ),
    );
    told.tell(started);
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(1));
    told.wait(12, say.drawing, say.busy(2));
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    while (!actions(told).includes('launch')) told.wait(1);
    return told;
  };
  /** For so long, each second's sample shows this. */
  function starts(told: ReturnType<typeof story>, seconds: number, shows: (second: number) => object) {
    const { generation } = told.state.evidence.agent;
    for (let second = 1; second <= seconds; second++) {
      const { cpuMs = 0, ...more } = shows(second) as { cpuMs?: number };
      told.wait(1, say.sample(cpuMs, { generation, ...more }));
    }
  }
  const computes = (second: number) => ({ cpuMs: second * 1_000, state: 'R' });
  const waits = (second: number) => ({ cpuMs: second * 10 });
  const begins = (told: ReturnType<typeof story>) => {
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(1));
    told.tell(say.opened(6));
    told.tell(say.request(6));
    told.wait(5, say.bytes(6), say.drawing, say.busy(9));
    expect(outcomes(told).at(-1)).toBe('recovered');
    expect(actions(told)).toEqual(['stop', 'launch']);
  };

  test.each([
    ['and reads a large conversation', computes],
    ['and gets no processor time', () => ({ cpuMs: 0, state: 'R' })],
    ['and waits for a disk', () => ({ cpuMs: 0, state: 'D' })],
    ['with a hook of the person’s', (second: number) => ({ ...waits(second), workers: 1 })],
    ['with a helper', (second: number) => ({ ...waits(second), helperAgeMs: second * 1_000 })],
  ])('%s is given the time', (_why, shows) => {
    const told = killed();
    starts(told, 110, shows);
    begins(told);
  });

  test('and has a free prompt already, while a hook runs, is given the time', () => {
    const told = killed();
    told.tell(say.opened(5));
    told.tell({ type: 'program-status', state: 'idle' });
    starts(told, 110, (second) => ({ ...waits(second), workers: 1 }));
    begins(told);
  });

  test('and does nothing is not', () => {
    const told = killed();
    starts(told, 65, waits);
    expect(actions(told)).toEqual(['stop', 'launch', 'stop', 'launch']);
  });

  test('is not given more than that, and is tried once more, then asked about and left alone', () => {
    const told = killed();
    starts(told, 125, computes);
    expect(actions(told)).toEqual(['stop', 'launch', 'stop', 'launch']);
    starts(told, 125, computes);
    expect(told.state.name).toBe('asking');
    starts(told, 60, computes);
    expect(actions(told)).toEqual(['stop', 'launch', 'stop', 'launch']);
    told.tell({ type: 'turn.started' });
    told.wait(5, say.busy(1), say.drawing);
    told.wait(5, say.busy(9), say.drawing);
    expect(told.state).toMatchObject({ name: 'watching', incident: null });
  });

  test('in pipes, where nobody can be asked, is tried as often as the budget says', () => {
    const told = killed({ ...say.started, unattended: true } as Observation);
    for (let times = 0; times < 5; times++) starts(told, 140, computes);
    expect(told.did('launch').length).toBeGreaterThan(2);
  });
});
