/** What is told late, twice, or around a standstill: it neither hides trouble nor touches a healthy turn. */
import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { asks, firstTurn, reported, type Story, say, story } from '../support/story.ts';

const actions = (told: Story) => told.did('cut', 'nudge', 'stop', 'launch').map(({ type }) => type);
const fast = () => {
  const told = firstTurn(
    story({ network_resilience: { stream_timeout_ms: 4_000, first_byte_timeout_ms: 4_000 } }),
  );
  for (const id of [1, 2]) told.tell(say.opened(id));
  return told;
};
const cutAtS = (told: Story) => told.effects.find(({ effect }) => effect.type === 'cut')?.atS;

const telemetry = (s: number): Observation =>
  reported(
    2,
    { request: s * 1000 - 100, answer: s * 1000 - 50, down: s * 1000 - 50 },
    { up: 20_000, down: 198 },
  );

test.each([
  ['first', false],
  ['second', true],
])('a turn that a cut at the awakening ends in its %s step is noticed', (_, second) => {
  const told = asks(story());
  told.tell({ type: 'prompt.recorded' });
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  if (second) {
    told.tell({ type: 'answer.recorded' });
    told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' });
    told.wait(3, say.drawing);
    told.tell({ type: 'tool.finished', toolUseId: 't', ok: true });
    told.wait(1, say.drawing);
    told.tell({ ...say.request(1), up: 60_000 } as Observation);
    told.wait(3, say.bytes(1), say.drawing, say.busy(40));
  }
  told.skip(60);
  told.tell({ type: 'clock.gap', gapMs: 60_000, cause: 'slept' });
  told.skip(0.1);
  told.tell({ type: 'turn.ended', well: true });
  told.tell(say.idle);
  told.wait(20, say.idle);
  expect(actions(told)).toEqual(['cut', 'nudge']);
});

test('and so is one of which no record tells', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.skip(60);
  told.tell({ type: 'clock.gap', gapMs: 60_000, cause: 'slept' });
  told.skip(0.1);
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(20, say.idle);
  expect(actions(told)).toEqual(['cut', 'nudge']);
});

test.each([
  ['as much as what was lost', 60_000, ['cut']],
  ['too little for that', 20_000, ['cut', 'nudge']],
])(
  'a turn that asks again just before the cut at the awakening, with %s, and is answered at once',
  (_, up, did) => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    const lookedAt = told.state.evidence.clock.at;
    told.skip(60);
    told.tell(say.opened(2));
    told.tell({ ...say.request(2), up } as Observation);
    told.skip(0.1);
    told.tell({ type: 'clock.gap', gapMs: 60_000, cause: 'slept', lookedAt });
    told.skip(1);
    told.tell(say.bytes(2));
    told.tell({ type: 'turn.ended', well: true });
    told.tell(say.idle);
    told.wait(20, say.idle);
    expect(actions(told)).toEqual(did);
  },
);

test('a turn of the queue that dies at once is not dated by the free prompt before it', () => {
  const told = story();
  for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1)] as Observation[])
    told.tell(each);
  told.tell({ type: 'program-status', state: 'working' });
  told.wait(3, say.bytes(1), say.busy(12));
  told.tell(say.idle);
  told.tell({ type: 'program-status', state: 'idle' });
  told.skip(0.1);
  told.tell({ type: 'program-status', state: 'working' });
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.skip(0.4);
  told.tell({ type: 'connection.closed', id: 2, by: 'peer', cause: 'reset' });
  told.skip(0.1);
  told.tell({ type: 'program-status', state: 'idle' });
  told.wait(10, say.idle);
  expect(actions(told)).toEqual(['nudge']);
});

test('an announced try that is drawn again hides no dead answer', () => {
  const told = fast();
  told.wait(1, say.drawing);
  const retrying: Observation = {
    type: 'screen',
    facts: { activity: 'retrying', retry: { attempt: 1, of: 9, inMs: 500 } },
  };
  told.tell(retrying);
  told.wait(1, say.drawing);
  told.tell(reported(1, { request: 1_700 }, { up: 70_000 }));
  for (let s = 3; s < 8; s++) {
    told.wait(1, say.drawing);
    told.tell(reported(1, { request: 1_700, answer: 2_500, down: s * 1000 - 100 }, { down: 1_000 }));
  }
  told.tell({ type: 'screen', facts: { activity: 'unknown' } });
  told.skip(0.2);
  told.tell(retrying);
  for (let s = 8; s < 40; s++) {
    told.wait(1, say.drawing);
    if (s % 3 === 0) told.tell(telemetry(s));
  }
  expect(cutAtS(told)).toBeLessThan(15);
});

test('nor does one that never goes up, whatever telemetry is answered', () => {
  const told = fast();
  told.wait(2, say.drawing);
  told.tell(reported(1, { request: 1_000, answer: 1_010, down: 1_900 }, { up: 70_000, down: 5_000 }));
  told.wait(1, say.drawing);
  told.tell({ type: 'screen', facts: { activity: 'retrying', retry: { attempt: 1, of: 9, inMs: 500 } } });
  told.wait(1, say.drawing);
  told.tell(say.busy(1));
  for (let s = 5; s < 60; s++) {
    told.wait(1, say.drawing);
    if (s % 3 === 0) told.tell(telemetry(s));
  }
  expect(cutAtS(told)).toBeLessThan(20);
});

test.each([
  ['before', true],
  ['after', false],
])(
  'a dead answer is found if the hook of a compaction’s end is read %s the screen shows that end',
  (_, hookFirst) => {
    const told = fast();
    told.wait(1, say.drawing);
    told.tell({ type: 'screen', facts: { activity: 'compacting' } });
    told.tell(reported(1, { request: 1_000 }, { up: 300_000 }));
    for (let s = 2; s < 9; s++) {
      told.wait(1, say.drawing);
      told.tell(reported(1, { request: 1_000, answer: 1_900, down: s * 1000 - 20 }, { down: 9_000 }));
    }
    const hook = { type: 'compaction.finished', writtenAt: 8_000 } as Observation;
    told.skip(0.1);
    if (hookFirst) told.tell(hook);
    told.skip(0.2);
    told.tell(reported(1, { request: 8_200 }, { up: 60_000 }));
    told.skip(0.6);
    told.tell(say.busy(0));
    told.skip(0.05);
    if (!hookFirst) told.tell(hook);
    told.skip(0.05);
    told.tell(reported(1, { request: 8_200, answer: 8_250, down: 8_850 }, { down: 700 }));
    for (let s = 10; s < 60; s++) {
      told.wait(1, say.drawing);
      if (s % 3 === 2) told.tell(telemetry(s));
    }
    expect(cutAtS(told)).toBeLessThan(18);
  },
);

test('a turn that goes on after its told end and repeats a lost request is left alone', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.tell({ type: 'turn.ended' });
  told.skip(0.1);
  told.tell({ ...say.request(1), up: 51_000 } as Observation);
  told.skip(0.4);
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.skip(0.5);
  told.tell(say.opened(2));
  told.tell({ ...say.request(2), up: 51_000 } as Observation);
  told.wait(1, say.drawing, say.busy(12));
  told.tell(say.bytes(2));
  told.tell(say.idle);
  told.wait(4, say.idle);
  expect(actions(told)).toEqual([]);
});

test('a loss that is reported between the screen and the status is one', () => {
  const told = story();
  for (const each of [say.started, say.idle, say.busy(0), say.opened(1), say.request(1)] as Observation[])
    told.tell(each);
  told.tell({ type: 'program-status', state: 'working' });
  told.wait(3, say.bytes(1), say.busy(12));
  told.tell(say.idle);
  told.skip(0.1);
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.skip(0.1);
  told.tell({ type: 'program-status', state: 'idle' });
  told.wait(10, say.idle);
  expect(actions(told)).toEqual(['nudge']);
});

const compacting: Observation = { type: 'screen', facts: { activity: 'compacting' } };

test.each<[string, (told: Story) => void]>([
  [
    'the screen flickered as its compaction ended',
    (told) => {
      told.tell(say.busy(0));
      told.skip(0.2);
      told.tell(compacting);
      told.wait(3, say.bytes(1), say.drawing);
    },
  ],
  [
    'the last bytes of its compaction are reported after the told end of that',
    (told) => {
      told.tell({ type: 'compaction.finished' });
      told.skip(0.1);
      told.tell(say.bytes(1));
      told.skip(0.1);
    },
  ],
])('a turn that repeats a lost request is left alone, although %s', (_, odd) => {
  const told = asks(story());
  told.wait(2, say.bytes(1), say.drawing, say.busy(12));
  told.tell(compacting);
  told.tell({ ...say.request(1), up: 300_000 } as Observation);
  told.wait(5, say.bytes(1), say.drawing);
  odd(told);
  told.tell(say.busy(0));
  told.skip(0.1);
  told.tell({ ...say.request(1), up: 60_000 } as Observation);
  told.wait(1, say.drawing);
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.skip(0.5);
  told.tell(say.opened(2));
  told.tell({ ...say.request(2), up: 60_000 } as Observation);
  told.wait(1, say.drawing);
  told.tell(say.bytes(2));
  told.tell({ type: 'turn.ended' });
  told.tell(say.idle);
  told.wait(6, say.idle);
  expect(actions(told)).toEqual([]);
});
