import { describe, expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { obliging, say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop', 'launch', 'continue').map((effect) => effect.type);
const screen = (facts: Extract<Observation, { type: 'screen' }>['facts']): Observation => ({
  type: 'screen',
  facts,
});
/** The row of a command as 2.1.329 draws it, while it runs and after. */
const command = (tokens: number) => screen({ activity: 'tool', command: true, tokens });
/** The person has set the limit in mid-response. */
const set = { network_resilience: { stream_timeout_ms: 29_999 } };
const nothingRuns = say.sample(100);
const somethingRuns = say.sample(100, { workers: 1 });

/** The terminal alone: no tunnel, no hooks. A turn whose first answer has called a command. */
function beforeCommand(world = obliging) {
  const told = story(set, world);
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(screen({ activity: 'busy' }));
  told.wait(2, say.drawing, say.busy(10));
  told.tell(command(16));
  return told;
}

describe('a counter that is shown for the first time after a dialog', () => {
  const afterDialog = (...seen: readonly Observation[]) => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(screen({ activity: 'busy' }));
    told.wait(2, say.drawing);
    told.tell(screen({ activity: 'dialog', dialog: 'permission' }));
    told.wait(60);
    for (const each of seen) told.tell(each);
    told.wait(230, say.drawing, nothingRuns, command(11));
    return told;
  };

  test('beside the row of a tool it is that of the answer before', () => {
    expect(actions(afterDialog(screen({ activity: 'tool', tokens: 11 })))).toEqual([]);
  });

  test('when the next request goes out it is that of the answer before', () => {
    expect(actions(afterDialog(say.busy(11), { type: 'request.sent' }))).toEqual([]);
  });
});

describe('a turn whose answer is over, held up by a hook of the person’s', () => {
  const answered = (end: Observation, hooks: boolean) => {
    const told = story({ ...set, senses: { tunnel: false } });
    told.tell(say.started);
    told.tell(say.idle);
    if (hooks) told.tell({ type: 'turn.started' });
    told.wait(20, say.drawing, say.busy(12));
    told.tell(end);
    return told;
  };
  const ends = [
    ['hooks', { type: 'turn.ended' }, true],
    ['the record', { type: 'answer.recorded', endsTurn: true }, false],
  ] as const;

  test.each(ends)('as %s report it, is not silent for minutes', (_, end, hooks) => {
    const told = answered(end, hooks);
    told.wait(290, say.drawing, say.busy(12));
    expect(actions(told)).toEqual([]);
    told.wait(20, say.drawing, say.busy(12));
    expect(actions(told)[0]).toBe('nudge');
  });

  test.each(ends)('as %s report it, has all the time that a hook takes which is seen', (_, end, hooks) => {
    const told = answered(end, hooks);
    for (let ageMs = 500; ageMs < 900_000; ageMs += 1_000)
      told.wait(1, say.drawing, say.busy(12), say.sample(100, { helperAgeMs: ageMs }));
    expect(actions(told)).toEqual([]);
  });

  test.each([
    [500, []],
    [30_000, ['nudge']],
  ])(
    'on record without an end, it is over if something was started with it (%s ms before)',
    (startAgeMs, done) => {
      const told = answered({ type: 'answer.recorded', cutShort: true }, false);
      for (let second = 0; second < 90; second++)
        told.wait(
          1,
          say.drawing,
          say.busy(12),
          say.sample(100, { helperAgeMs: startAgeMs + second * 1_000 }),
        );
      expect(actions(told).slice(0, 1)).toEqual(done);
    },
  );

  test('but goes on if tokens are counted again', () => {
    const told = answered({ type: 'turn.ended' }, true);
    told.wait(5, say.drawing, say.busy(12));
    told.wait(62, say.drawing, say.busy(15));
    expect(actions(told)[0]).toBe('nudge');
  });
});

describe('the row of a command that stays when the command is over', () => {
  test('hides no silence once no process of it is left; that gets the limit for a first byte', () => {
    const told = beforeCommand();
    told.wait(4, say.drawing, somethingRuns, command(16));
    told.wait(238, say.drawing, nothingRuns, command(16));
    expect(actions(told)).toEqual([]);
    told.wait(4, say.drawing, nothingRuns, command(16));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('is a tool at work while one of its processes is alive, however long', () => {
    const told = beforeCommand();
    told.wait(3600, say.drawing, somethingRuns, command(16));
    expect(actions(told)).toEqual([]);
  });

  test('is a tool at work if nobody can look at the processes', () => {
    const told = beforeCommand();
    told.wait(3600, say.drawing, command(16));
    expect(actions(told)).toEqual([]);
  });

  test('is believed when the screen shows that it runs', () => {
    const told = beforeCommand();
    told.wait(3600, say.drawing, nothingRuns, screen({ activity: 'tool', tokens: 16 }));
    expect(actions(told)).toEqual([]);
  });

  test('does not count against the next command of the same turn', () => {
    const told = beforeCommand();
    told.wait(100, say.drawing, nothingRuns, command(16));
    told.wait(600, say.drawing, somethingRuns, command(16));
    told.wait(200, say.drawing, nothingRuns, command(16));
    expect(actions(told)).toEqual([]);
  });

  test('with an agent that says the API is silent: silent since the command was over', () => {
    const told = beforeCommand();
    told.wait(45, say.drawing, nothingRuns, command(16));
    told.wait(14, say.drawing, nothingRuns, screen({ activity: 'waiting' }));
    expect(actions(told)).toEqual([]);
    told.wait(4, say.drawing, nothingRuns, screen({ activity: 'waiting' }));
    expect(actions(told)).toEqual(['nudge']);
  });
});

describe('a counter that stands still', () => {
  test('from before a command says nothing about the answer that is awaited', () => {
    const told = beforeCommand();
    told.wait(3, say.drawing, somethingRuns);
    told.tell(nothingRuns);
    told.wait(230, say.drawing, say.busy(16));
    expect(actions(told)).toEqual([]);
    told.wait(1, say.drawing, say.busy(17)); // it comes, and dies
    told.wait(58, say.drawing, say.busy(17));
    expect(actions(told)).toEqual([]);
    told.wait(4, say.drawing, say.busy(17));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('has only caught up with the answer that called the command', () => {
    const told = beforeCommand();
    told.wait(3, say.drawing, nothingRuns, command(16));
    told.wait(230, say.drawing, nothingRuns, command(17)); // 2.1.329
    expect(actions(told)).toEqual([]);
    const before = beforeCommand();
    before.tell(nothingRuns);
    before.tell(say.busy(33)); // 2.1.197 draws the arrow a moment later
    before.wait(230, say.drawing, say.busy(33, { requesting: true }));
    expect(actions(before)).toEqual([]);
  });

  test('beside an arrow that points up waits for a first byte, even if it was not shown before', () => {
    const told = beforeCommand();
    told.tell(nothingRuns);
    told.wait(25, say.drawing, screen({ activity: 'busy' })); // 2.1.42 shows no counter before 30 s
    told.wait(200, say.drawing, say.busy(42, { requesting: true }));
    expect(actions(told)).toEqual([]);
  });

  test('in mid-response may be that of a tool input which a gateway holds back, if the person has set no limit', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(3, say.drawing, say.busy(1));
    told.wait(230, say.drawing, say.busy(5));
    expect(actions(told)).toEqual([]);
    told.wait(12, say.drawing, say.busy(5));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('again after a nudge, has twice the time: it may be the same input', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(250, say.drawing, say.busy(5));
    expect(actions(told)).toEqual(['nudge']);
    told.wait(3, say.drawing, say.idle);
    told.wait(3, say.drawing, say.busy(1));
    told.wait(470, say.drawing, say.busy(6));
    expect(actions(told)).toEqual(['nudge']);
    told.wait(20, say.drawing, say.busy(6));
    expect(actions(told)).toEqual(['nudge', 'nudge']);
  });

  test('at zero is not an answer', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(230, say.drawing, say.busy(0)); // 1.0.56 shows one at once
    expect(actions(told)).toEqual([]);
  });

  test('of a compaction is not the next request’s; the compaction itself has its own time', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(300, say.drawing, screen({ activity: 'compacting' }));
    told.wait(200, say.drawing, say.busy(59));
    expect(actions(told)).toEqual([]);
  });

  test('of the try before is not that of the try after the agent’s own pause', () => {
    const told = story(set);
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(3, say.drawing, say.busy(1));
    told.wait(2, say.drawing, screen({ activity: 'retrying' }));
    told.wait(100, say.drawing, say.busy(34)); // what came last before the try broke off
    expect(actions(told)).toEqual([]);
    told.wait(3, say.drawing, say.busy(35));
    told.wait(61, say.drawing, say.busy(35));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('of the turn before is not this turn’s', () => {
    const told = story(set);
    told.tell(say.started);
    for (const _turn of [1, 2]) {
      told.wait(2, say.drawing, say.idle);
      told.tell(say.busy(1));
      told.wait(20, say.drawing, say.busy(1));
    }
    told.wait(42, say.drawing, say.busy(1));
    expect(actions(told)).toEqual(['nudge']);
  });
});

test('connections that come and go beside the turn do not show that it is alive', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell(screen({ activity: 'busy' }));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
  for (let id = 2; id < 32 && actions(told).length === 0; id++) {
    told.tell(say.opened(id)); // telemetry
    told.tell(say.request(id));
    told.tell(say.bytes(id));
    told.tell({ type: 'connection.closed', id, by: 'agent', cause: 'closed' });
    told.wait(10, say.drawing, say.busy(12));
  }
  expect(actions(told)[0]).toBe('nudge');
});

test('a turn that begins from the queue as the nudge interrupts the one before has its own clock', () => {
  const told = story({}, (effect) => (effect.type === 'nudge' ? [] : obliging(effect)));
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  for (let seconds = 0; told.did('nudge').length === 0; seconds++)
    told.wait(1, say.drawing, say.busy(1, { elapsedS: seconds }));
  told.tell({ type: 'interrupted' });
  told.tell({ type: 'turn.started' });
  told.tell({ type: 'nudge.done', outcome: 'submitted' });
  told.wait(30, say.drawing, say.busy(1, { elapsedS: 0 }));
  expect(actions(told)).toEqual(['nudge']);
});

describe('a request that goes up only after a hook of the person’s, where only the screen is seen', () => {
  /** The helper lives so long. */
  const waits = (helperS: number, beganS: number) => {
    const told = story({ senses: { tunnel: false } });
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    for (let second = 1; second < 300; second += 1) {
      const ageMs = (second - beganS) * 1_000;
      const lives = ageMs > 0 && ageMs <= helperS * 1_000;
      told.wait(1, say.drawing, say.busy(0), say.sample(10 * second, lives ? { helperAgeMs: ageMs } : {}));
    }
    return actions(told).slice(0, 1);
  };

  test('has its full time once the hook has ended', () => {
    expect(waits(150, 0)).toEqual([]);
  });

  test('has none beyond that for a helper that began later, nor while one lives on', () => {
    expect(waits(150, 20)).toEqual(['nudge']);
    expect(waits(1_000, 0)).toEqual(['nudge']);
  });
});
