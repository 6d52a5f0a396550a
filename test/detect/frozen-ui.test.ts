import { describe, expect, test } from 'vitest';
import { asks, say, story } from '../support/story.ts';

const deeds = (told: ReturnType<typeof story>) => told.did('cut', 'nudge', 'stop', 'incident');
const status = (state: 'working' | 'done') => ({ type: 'program-status', state }) as const;

function turn() {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(status('working'));
  told.tell(say.busy(0));
  let cpuMs = 1_000;
  const sample = () => {
    cpuMs += 1;
    return say.sample(cpuMs);
  };
  told.wait(4, say.drawing);
  told.tell(sample());
  return { told, sample };
}

describe('nothing is drawn', () => {
  test('by an agent in a turn: frozen', () => {
    const { told, sample } = turn();
    for (let second = 0; second < 12; second += 2) {
      told.wait(2);
      told.tell(sample());
    }
    expect(told.did('stop')).toHaveLength(1);
  });

  test('by an agent that wants to run on a machine that does not let it: no verdict', () => {
    const { told } = turn();
    for (let second = 0; second < 120; second += 2) {
      told.wait(2);
      told.tell(say.sample(1_000 + second / 10, { state: 'R' }));
    }
    expect(deeds(told)).toEqual([]);
  });

  test('by an agent that waits for a slow disk: no verdict for minutes', () => {
    const { told } = turn();
    for (let second = 0; second < 200; second += 2) {
      told.wait(2);
      told.tell(say.sample(1_001, { state: 'D' }));
    }
    expect(deeds(told)).toEqual([]);
  });

  test('while the guard itself was not scheduled: it counts from when it was again', () => {
    const { told, sample } = turn();
    for (let turns = 0; turns < 20; turns++) {
      told.skip(4);
      told.tell(sample());
    }
    expect(deeds(told)).toEqual([]);
    for (let second = 0; second < 12; second += 2) {
      told.wait(2);
      told.tell(sample());
    }
    expect(told.did('stop')).toHaveLength(1);
  });

  test('because a dialog was open: the next screen may be reported before the output that drew it', () => {
    const { told, sample } = turn();
    told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
    told.wait(600);
    told.tell(sample());
    told.wait(2);
    told.tell(sample());
    told.tell({ type: 'screen', facts: { activity: 'tool', tokens: 3 } });
    told.wait(1, say.drawing);
    expect(deeds(told)).toEqual([]);
  });
});

describe('an agent that draws nothing by right: nothing moves in its transcript view, or with reduced motion', () => {
  /** A command runs. */
  function tool() {
    const { told } = turn();
    told.tell({ type: 'tool.started', toolUseId: 'one', tool: 'Bash', risk: 'command' });
    return told;
  }

  /** One sample every two seconds. */
  function samples(told: ReturnType<typeof story>, seconds: number, each: (at: number) => object) {
    for (let second = 2; second <= seconds; second += 2) {
      told.wait(2);
      const { cpuMs = 1_004, ...more } = each(second) as { readonly cpuMs?: number };
      told.tell(say.sample(cpuMs, { workers: 1, ...more }));
    }
  }

  test('is not frozen while its event loop runs, however little', () => {
    const told = tool();
    samples(told, 6, (second) => ({ yields: second * 20 }));
    samples(told, 1_800, (second) => ({ yields: 120 + second / 2, cpuMs: 1_004 + Math.floor(second / 3) }));
    expect(deeds(told)).toEqual([]);
  });

  test('is frozen once its event loop no longer runs', () => {
    const told = tool();
    samples(told, 60, (second) => ({ yields: 10 + second * 10 }));
    expect(deeds(told)).toEqual([]);
    samples(told, 12, () => ({ yields: 610 }));
    expect(told.did('stop')).toHaveLength(1);
  });

  test('is judged by its CPU time if its event loop is in another thread', () => {
    const told = tool();
    samples(told, 1_800, (second) => ({ yields: 2, cpuMs: 1_004 + Math.floor(second / 8) * 10 }));
    expect(deeds(told)).toEqual([]);
  });

  test('is frozen if it spins, whatever its other threads make it wait for', () => {
    const told = tool();
    samples(told, 14, (second) => ({ yields: 10 + second * 50, cpuMs: second * 1_000 }));
    expect(told.did('stop')).toHaveLength(1);
  });

  test('is frozen, too, if it spins on a machine that has no whole core for it', () => {
    const told = tool();
    samples(told, 24, (second) => ({ yields: 10, cpuMs: second * 400 }));
    expect(deeds(told)).toEqual([]);
    samples(told, 10, (second) => ({ yields: 10, cpuMs: (24 + second) * 400 }));
    expect(told.did('stop')).toHaveLength(1);
  });

  test('is not frozen, where only its CPU time is known, while it uses some now and then', () => {
    const told = tool();
    samples(told, 1_800, (second) => ({ cpuMs: 1_004 + Math.floor(second / 8) * 10 }));
    expect(deeds(told)).toEqual([]);
  });
});

describe('another process has the agent’s terminal, such as the person’s editor', () => {
  test('nothing is judged for as long as it has it, whatever it draws, and whatever is typed', () => {
    const { told, sample } = turn();
    told.tell({ type: 'terminal.lent' });
    for (let second = 0; second < 1_800; second += 2) {
      if (second % 60 === 0) told.tell(say.drawing);
      if (second % 90 === 0) told.tell({ type: 'input', kind: 'text', bytes: 1 });
      told.wait(2);
      told.tell(sample());
    }
    expect(deeds(told)).toEqual([]);
    expect(told.state.evidence.phase).toBe('suspended');
  });

  test('a request that was open before may be answered after it', () => {
    const told = asks(story());
    told.wait(3, say.drawing);
    told.tell({ type: 'terminal.lent' });
    told.wait(3_600);
    told.tell({ type: 'terminal.returned' });
    told.wait(25, say.drawing);
    expect(deeds(told)).toEqual([]);
  });

  test('a cure waits for it, and is not proven by it', () => {
    const told = asks(story());
    told.wait(3, say.bytes(1), say.drawing);
    told.wait(31, say.drawing);
    expect(told.did('cut')).toHaveLength(1);
    told.tell({ type: 'terminal.lent' });
    told.wait(600);
    expect(told.did('nudge', 'stop')).toEqual([]);
    expect(told.state.cure).toMatchObject({ rung: 'cut' });
    expect(told.state.incident).not.toBeNull();
  });

  test('once it has given it back, an agent that draws nothing is frozen', () => {
    const { told, sample } = turn();
    told.tell({ type: 'terminal.lent' });
    told.wait(60);
    told.tell({ type: 'terminal.returned' });
    for (let second = 0; second < 18; second += 2) {
      told.wait(2);
      told.tell(sample());
    }
    expect(told.did('stop')).toHaveLength(1);
  });

  test('it belongs to the agent that has lent it', () => {
    const { told, sample } = turn();
    told.tell({ type: 'terminal.lent' });
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.wait(30);
    expect(told.state.evidence.agent.generation).toBe(2);
    expect(told.state.evidence.terminal.suspendedSince).toBeNull();
    void sample;
  });
});

describe('2.1.329 calls itself working while a command runs in the background, its prompt free', () => {
  test.each([
    ['hooks tell that the turn is over', true],
    ['nobody tells', false],
  ])('%s', (_, hooks) => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    if (hooks) told.tell({ type: 'turn.started' });
    told.tell(status('working'));
    told.tell(say.busy(0));
    told.wait(4, say.drawing, say.sample(1_000, { workers: 2 }));
    if (hooks) told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.tell(status('working')); // said again, a moment later
    told.wait(3_600, say.sample(1_000, { workers: 2 }));
    expect(deeds(told)).toEqual([]);
  });

  test('but a turn that has only just begun, still behind an old screen, counts', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.tell({ type: 'turn.started' });
    told.tell(status('working'));
    told.wait(12, say.sample(1_000));
    expect(told.did('stop')).toHaveLength(1);
  });
});

test('an agent that draws nothing while its connection is held is not frozen when the line is back', () => {
  const told = asks(story());
  told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
  told.wait(2, say.drawing);
  const held = {
    id: 2,
    host: 'api.example',
    cause: 'connect-timeout',
    attempt: 1,
    of: null,
    nextInMs: 0,
  } as const;
  told.tell({ type: 'connection.waiting', ...held });
  for (let second = 0; second < 60; second++)
    told.wait(1, say.sample(second * 25, { helperAgeMs: (second + 5) * 1_000 }));
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.wait(2);
  expect(told.did('stop')).toEqual([]);
});

test('an agent whose timers run is not frozen because it draws nothing while its second try is unanswered', () => {
  const told = asks(story());
  told.wait(3, say.bytes(1), say.drawing);
  told.wait(31, say.drawing);
  expect(deeds(told).at(-1)).toMatchObject({ type: 'cut' });
  told.tell(say.opened(2));
  told.tell(say.request(2));
  for (let second = 0; second < 100; second++) told.wait(1, say.sample(second * 25));
  expect(told.did('stop')).toEqual([]);
});

describe('a key is pressed at an agent that computes', () => {
  const key = { type: 'input', kind: 'text', bytes: 1 } as const;
  /** One core is used fully, as seen each second. */
  function computes(told: ReturnType<typeof story>, seconds: number, from = 0) {
    for (let second = 1; second <= seconds; second++) {
      told.wait(1);
      told.tell(say.sample((from + second) * 1_000));
    }
  }

  test('and has not shown itself yet: it may be reading a large conversation', () => {
    const told = story();
    told.tell(say.started);
    told.wait(2);
    told.tell(key);
    computes(told, 90);
    told.tell(say.drawing);
    told.tell(say.idle);
    told.wait(10);
    expect(deeds(told)).toEqual([]);
  });

  test('and never shows itself', () => {
    const told = story();
    told.tell(say.started);
    told.tell(key);
    computes(told, 130);
    expect(told.did('stop')).toHaveLength(1);
  });

  test.each([
    ['its prompt free', []],
    ['as program status calls it working', [status('working')]],
  ])('and has just taken a command, such as /resume, %s', (_, claims) => {
    const told = story();
    told.tell(say.started);
    told.tell({ type: 'screen', facts: { activity: 'idle', draft: true, draftIsCommand: true } });
    told.wait(20);
    told.tell({ type: 'input', kind: 'enter', bytes: 1 });
    told.wait(1, say.drawing, ...claims);
    told.tell(key);
    computes(told, 90);
    told.tell(say.drawing);
    expect(deeds(told)).toEqual([]);
  });

  test('at a prompt that has been free: it is stuck', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(20, say.drawing);
    told.tell(key);
    computes(told, 14);
    expect(told.did('stop')).toHaveLength(1);
  });

  test('but the guard has kept the key: nobody has to answer it', () => {
    const told = story();
    told.tell(say.started);
    told.tell(say.idle);
    told.wait(20, say.drawing);
    told.tell({ ...key, kept: true });
    computes(told, 60);
    expect(deeds(told)).toEqual([]);
  });
});
