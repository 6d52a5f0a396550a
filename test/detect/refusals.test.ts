/** The API refuses the conversation: a known refusal is repaired, an unknown one is asked about when it comes again. */
import { expect, test } from 'vitest';
import type { FailureKind, Observation } from '../../src/events.ts';
import { asks, type Story, say, story } from '../support/story.ts';

/** The turn that runs ends in this failure, or well, and the person looks at it for a while. */
function ends(told: Story, failure?: FailureKind): void {
  told.tell({ type: 'turn.ended', ...(failure !== undefined && { failure }) });
  told.tell(say.idle);
  told.wait(5);
}

function tries(told: Story): void {
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.wait(1);
}

const asked = (told: Story) =>
  told.did('incident').filter(({ incident }) => incident.class === 'unknown-refusal');

test('an unknown refusal is asked about when it comes the second time in a row', () => {
  const told = asks(story());
  ends(told, 'refused');
  expect(asked(told)).toHaveLength(0);
  tries(told);
  ends(told, 'refused');
  expect(asked(told).length).toBeGreaterThan(0);
  expect(told.state.name).toBe('asking');
  expect(told.did('nudge', 'stop', 'cut')).toHaveLength(0);
});

test('a refusal is counted once, in whatever order the record, the screen and a hook report it', () => {
  const ways: readonly Observation[] = [
    { type: 'failure.recorded', failure: 'refused' },
    { type: 'screen', facts: { activity: 'idle', failure: { kind: 'refused', fingerprint: 'f' } } },
    { type: 'turn.ended', failure: 'refused' },
  ];
  for (const [a, b, c] of [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ] as const) {
    const told = asks(story());
    told.wait(1);
    for (const way of [a, b, c]) told.tell(ways[way] as Observation);
    told.wait(1);
    expect(told.state.evidence.turn.failedTurns, `${a}${b}${c}`).toBe(1);
  }
});

const shown: Observation = {
  type: 'screen',
  facts: { activity: 'idle', failure: { kind: 'other', fingerprint: 'same' } },
};
const hooked = (failure: FailureKind): Observation => ({ type: 'turn.ended', failure });

test.each([
  ['before', (failure: FailureKind) => [hooked(failure), shown]],
  ['after', (failure: FailureKind) => [shown, hooked(failure)]],
])('words that are not known, %s the hook that knows the kind of failure, change nothing', (_name, ends) => {
  const told = asks(story());
  for (const turn of [1, 2]) {
    told.wait(1);
    for (const end of ends('refused')) told.tell(end);
    told.wait(5);
    expect(told.state.evidence.turn.failure?.kind).toBe('refused');
    expect(told.state.evidence.turn).toMatchObject({ failedTurns: turn, refusedTurns: turn });
    if (turn === 1) tries(told);
  }
  expect(asked(told).length).toBeGreaterThan(0);
});

test('nor do they keep a turn from being gone on with', () => {
  const told = asks(story());
  told.wait(1);
  for (const end of [hooked('overloaded'), shown]) told.tell(end);
  told.wait(120);
  expect(told.did('nudge')).toHaveLength(1);
});

test('after a good turn, an unknown refusal counts as the first again', () => {
  const told = asks(story());
  ends(told, 'refused');
  tries(told);
  ends(told);
  tries(told);
  ends(told, 'refused');
  expect(asked(told)).toHaveLength(0);
});

/** What the screen shows of a turn, without hooks. @param kind how it failed; null: it did not */
function shows(told: Story, fingerprint: string, kind: FailureKind | null): void {
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.wait(4, say.drawing);
  told.tell({ type: 'screen', facts: { activity: 'idle', ...(kind && { failure: { kind, fingerprint } }) } });
}
function onScreen(): Story {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(2);
  return told;
}

test('the same where only the screen shows that a turn was good', () => {
  const told = onScreen();
  for (const [kind, words] of [
    ['refused', 'a'],
    [null, ''],
    ['refused', 'b'],
  ] as const) {
    shows(told, words, kind);
    told.wait(10);
  }
  expect(asked(told)).toHaveLength(0);
  shows(told, 'c', 'refused');
  told.wait(10);
  expect(asked(told).length).toBeGreaterThan(0);
});

test('a turn that the person stops is no good one', () => {
  const told = onScreen();
  shows(told, 'a', 'refused');
  told.wait(10);
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell(say.busy(0, { elapsedS: 0 }));
  told.wait(4, say.drawing);
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.tell(say.idle);
  told.wait(10);
  shows(told, 'b', 'refused');
  told.wait(10);
  expect(asked(told).length).toBeGreaterThan(0);
});

test('a failure of another kind is not the first of two refusals', () => {
  const told = asks(story());
  ends(told, 'person');
  tries(told);
  ends(told, 'refused');
  expect(asked(told)).toHaveLength(0);
});

test('a history that was repaired, and answered, is repaired again when it is damaged again', () => {
  const told = asks(story());
  ends(told, 'history');
  expect(told.did('stop')).toHaveLength(1);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(3));
  for (const answered of [say.opened(2), say.request(2), say.bytes(2)]) told.tell(answered);
  for (let good = 0; good < 3; good += 1) {
    ends(told);
    tries(told);
  }
  ends(told, 'history');
  expect(told.did('stop')).toHaveLength(2);
});

test('a history that the API refuses is repaired, though the person has just pressed Esc', () => {
  const told = asks(story());
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.wait(1);
  ends(told, 'history');
  expect(told.did('stop')).toMatchObject([{ cause: 'broken-history' }]);
});

test.each([
  ['that is from before it', false, true],
  ['that is from before it, and telemetry has gone up', true, false],
  ['of its first turn, which no sense but the wire has seen', true, true],
])('a new agent shows a refusal %s', (_, asks, prompted) => {
  const told = story();
  told.tell({ ...say.started, resumed: true, prompted });
  told.wait(3, say.idle);
  if (asks) {
    told.tell(say.opened(1));
    told.tell(say.request(1));
  }
  const refused = { activity: 'idle', failure: { kind: 'history', fingerprint: 'f' } } as const;
  told.wait(10, { type: 'screen', facts: refused });
  expect(told.did('stop').map(({ cause }) => cause)).toEqual(asks && prompted ? ['broken-history'] : []);
});
