/** A resumed conversation draws and records its old refusals again; they are not failures of this agent. */
import { describe, expect, test } from 'vitest';
import type { FailureKind, Observation } from '../../src/events.ts';
import { type Story, say, story } from '../support/story.ts';

const shows = (kind: FailureKind, fingerprint = 'old'): Observation => ({
  type: 'screen',
  facts: { activity: 'idle', failure: { kind, fingerprint } },
});

/** An agent that goes on with a conversation and rests at its free prompt, below what came before. */
function resumed(...seen: readonly Observation[]): Story {
  const told = story();
  told.tell({ ...say.started, resumed: true });
  told.tell(say.idle);
  told.wait(1);
  for (const each of seen) told.tell(each);
  told.wait(30);
  return told;
}

/** A turn of this agent's own, which ends like this. */
function asks(told: Story, end: Observation): void {
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell(say.busy(0));
  told.wait(2);
  told.tell(end);
  told.wait(10);
}

const done = (told: Story) => told.did('incident', 'notice', 'nudge', 'stop', 'cut');

test.each<FailureKind>(['history', 'refused', 'connection'])(
  'an old refusal on the screen is left alone: %s',
  (kind) => {
    expect(done(resumed(shows(kind)))).toEqual([]);
  },
);

test('an old refusal on record is left alone', () => {
  expect(done(resumed({ type: 'failure.recorded', failure: 'history' }))).toEqual([]);
});

test('an old refusal that stands there again once the person has taken back what they asked is left alone', () => {
  const told = resumed(shows('history'));
  told.tell({ type: 'input', kind: 'enter', bytes: 1 });
  told.tell(say.busy(0));
  told.wait(2);
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  told.tell(shows('history'));
  told.wait(10);
  expect(done(told)).toEqual([]);
});

test('an old refusal is not the first of two in a row', () => {
  const told = resumed(shows('refused'));
  asks(told, shows('refused', 'new'));
  expect(done(told)).toEqual([]);
});

test('a refusal of this agent’s own request is repaired', () => {
  const told = resumed(shows('history'));
  asks(told, shows('history', 'new'));
  expect(told.did('stop')).toMatchObject([{ cause: 'broken-history' }]);
});

test('an agent relaunched on a repaired conversation is not judged by an old refusal that it draws again', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.wait(3);
  asks(told, shows('history'));
  expect(told.did('launch')).toHaveLength(1);
  told.tell(shows('history'));
  told.wait(10);
  expect(told.did('notice').filter(({ notice }) => notice.kind === 'gave-up')).toEqual([]);
  expect(told.state.name).not.toBe('asking');
});

describe('an agent that has had a turn shows an old refusal that it draws again', () => {
  const old = shows('connection');
  const good: Observation = { type: 'turn.ended', well: true };
  const key: Observation = { type: 'input', kind: 'enter', bytes: 1 };

  /** A good turn, after which the person rests, presses these keys, and sees this. */
  function later(...seen: readonly Observation[]): Story {
    const told = resumed();
    asks(told, say.idle);
    for (const each of seen) {
      told.tell(each);
      told.wait(1);
    }
    told.wait(30);
    return told;
  }

  test('because the person has chosen another conversation', () => {
    const picker: Observation = { type: 'screen', facts: { activity: 'dialog', dialog: 'other' } };
    expect(done(later(key, picker, key, say.idle, old))).toEqual([]);
    expect(done(later(key, picker, key, shows('history')))).toEqual([]);
  });

  test('because the person has gone back to before the good turn', () => {
    const told = resumed();
    asks(told, old);
    expect(told.did('nudge')).toHaveLength(1);
    asks(told, say.idle);
    told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    told.wait(5);
    told.tell(key);
    told.wait(1);
    told.tell(old);
    told.wait(30);
    expect(told.did('nudge')).toHaveLength(1);
  });

  test('and recorded, too', () => {
    expect(done(later(key, { type: 'failure.recorded', failure: 'connection' }))).toEqual([]);
  });

  test('but one that follows its turn counts, whatever the person has typed meanwhile, and however late it is drawn', () => {
    const typed: Observation = { type: 'input', kind: 'text', bytes: 1 };
    expect(later(key, say.busy(0), typed, old).did('nudge')).toHaveLength(1);
    expect(later(key, say.busy(0), say.idle, old).did('nudge')).toHaveLength(1);
    expect(later(key, { type: 'turn.started' }, good, old).did('nudge')).toHaveLength(0);
    expect(later(key, { type: 'turn.started' }, { type: 'turn.ended' }, old).did('nudge')).toHaveLength(1);
  });
});

describe('no sense but the wire, the record or the screen has seen the turn, or the person types as it ends', () => {
  const key = (kind: 'enter' | 'text'): Observation => ({ type: 'input', kind, bytes: 1 });
  const status = (state: 'working' | 'idle'): Observation => ({ type: 'program-status', state });

  /** A second turn, refused before it is on the screen, of which something else tells. */
  function unseen(kind: FailureKind, asked: readonly Observation[]): Story {
    const told = resumed();
    asks(told, say.idle);
    told.tell(key('enter'));
    told.wait(1, ...asked);
    told.tell(shows(kind));
    told.wait(20);
    return told;
  }

  test.each<[string, readonly Observation[]]>([
    ['the wire', [say.opened(1), say.request(1)]],
    ['the record', [{ type: 'request.sent' }]],
  ])('a failure counts after a request that only %s has seen', (_, asked) => {
    expect(unseen('history', asked).did('stop')).toMatchObject([{ cause: 'broken-history' }]);
    expect(unseen('connection', asked).did('nudge')).toHaveLength(1);
    expect(done(unseen('history', []))).toEqual([]);
  });

  test('a failure counts even if the person types between the end of its turn and its drawing', () => {
    const told = resumed(status('idle'));
    told.tell(key('enter'));
    told.tell(status('working'));
    told.tell(say.busy(0));
    told.wait(3, say.drawing);
    told.tell(status('idle'));
    told.wait(1, key('text'));
    told.tell(shows('refused'));
    expect(told.state.evidence.turn.failure?.kind).toBe('refused');
  });
});
