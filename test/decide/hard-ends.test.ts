/** The ends that a guard must not repeat: memory that runs away, memory that ran out, crash loops, a death at start. */
import { describe, expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import type { Effect } from '../../src/effects.ts';
import type { InputKind, Observation } from '../../src/events.ts';
import { obliging, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;
const deeds = (told: Told) => told.did('cut', 'nudge', 'stop', 'launch', 'exit').map(({ type }) => type);
const lastIncident = (told: Told) => told.did('incident').at(-1)?.incident;
const gaveUp = (told: Told) =>
  told.did('notice').flatMap(({ notice }) => (notice.kind === 'gave-up' ? [notice.detail] : []));

function inTurn(
  world: (effect: Effect) => readonly Observation[] = obliging,
  started: Observation = say.started,
): Told {
  const told = story({}, world);
  told.tell(started);
  turn(told, 1);
  return told;
}

/** A turn that gets its first words. */
function turn(told: Told, id: number): void {
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(1));
  told.tell(say.opened(id));
  told.tell(say.request(id));
  told.wait(12, say.bytes(id), say.drawing);
}

const end = (told: Told, more: Partial<Extract<Observation, { type: 'agent.exited' }>> = {}) =>
  told.tell({
    type: 'agent.exited',
    generation: told.state.evidence.agent.generation,
    code: null,
    signal: 'SIGKILL',
    ...more,
  });

describe('an agent that eats the memory', () => {
  /** From this share on, one hundredth and a half more with each look. */
  const grow = (told: Told, from: number, seconds: number) => {
    for (let second = 0; second < seconds; second++)
      told.wait(1, say.drawing, say.bytes(1), say.sample(second, { memoryShare: from + second * 0.015 }));
  };

  test('is relaunched before the kernel has to choose a victim', () => {
    const told = inTurn();
    grow(told, 0.6, 14);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(lastIncident(told)?.class).toBe('memory-runaway');
  });

  test('is asked about once, whatever the agent goes on to do', () => {
    const told = story({ recovery: { restart_limit: 0 } });
    told.tell(say.started);
    turn(told, 1);
    grow(told, 0.6, 10);
    told.tell(say.opened(7));
    for (let second = 0; second < 10; second++) {
      told.tell(say.request(7));
      told.wait(1, say.drawing, say.bytes(7), say.sample(second, { memoryShare: 0.75 + second * 0.015 }));
    }
    expect(told.did('notify').filter(({ what }) => what === 'blocked')).toHaveLength(1);
  });

  test.each([
    [
      'that is large and stays so',
      (told: Told) => told.wait(600, say.bytes(1), say.drawing, say.sample(1, { memoryShare: 0.8 })),
    ],
    ['that grows, and is small', (told: Told) => grow(told, 0.1, 30)],
    [
      'that grows for a moment',
      (told: Told) => {
        grow(told, 0.6, 6);
        told.wait(60, say.bytes(1), say.drawing, say.sample(9, { memoryShare: 0.7 }));
      },
    ],
    [
      'that has grown, and whose turn ended as the guard stood still',
      (told: Told) => {
        told.tell(say.sample(1, { memoryShare: 0.1 }));
        told.skip(28);
        told.tell(say.sample(2, { memoryShare: 0.7 }));
        told.tell({ type: 'turn.ended' });
        told.tell(say.idle);
        told.wait(60, say.idle);
      },
    ],
    [
      'that has grown until its turn ended, as nobody looks any more',
      (told: Told) => {
        grow(told, 0.6, 9);
        told.tell(say.idle);
        told.wait(60, say.idle);
      },
    ],
    [
      'that grew in a turn before, and was not looked at since',
      (told: Told) => {
        grow(told, 0.4, 9);
        told.tell(say.idle);
        told.wait(90);
        told.wait(2, say.sample(9, { memoryShare: 0.62 }));
      },
    ],
  ])('%s is left alone', (_name, tell) => {
    const told = inTurn();
    tell(told);
    expect(deeds(told)).toEqual([]);
    expect(told.did('incident')).toEqual([]);
  });

  test('again and again ends in a question', () => {
    const told = inTurn();
    for (let times = 0; times < 40; times++) {
      const { generation } = told.state.evidence.agent;
      for (let second = 0; second < 14; second++)
        told.wait(1, say.drawing, say.sample(second, { generation, memoryShare: 0.6 + second * 0.015 }));
    }
    expect(told.did('launch').length).toBeLessThanOrEqual(defaults.recovery.restart_limit);
    expect(told.state.name).toBe('asking');
  });
});

test('an agent that runs out of memory again after more than an hour is resumed again', () => {
  const told = inTurn();
  for (let id = 2; id < 5; id++) {
    end(told, { outOfMemory: true });
    told.wait(5);
    turn(told, id);
    told.wait(2, say.bytes(id), say.drawing);
    told.tell({ type: 'turn.ended' });
    told.wait(3_700, say.idle);
  }
  expect(told.did('launch')).toHaveLength(3);
});

test('an agent that ran out of memory is resumed once, then asked about', () => {
  const told = inTurn();
  end(told, { outOfMemory: true });
  told.wait(5);
  expect(deeds(told)).toEqual(['stop', 'launch']);
  expect(lastIncident(told)?.class).toBe('out-of-memory');
  turn(told, 2);
  end(told, { outOfMemory: true });
  told.wait(3_600);
  expect(told.did('launch')).toHaveLength(1);
  expect(gaveUp(told)).toEqual([expect.stringContaining('out of memory')]);
  expect(told.did('exit')).toHaveLength(1);
});

describe('an agent that dies with each turn', () => {
  test('is relaunched within the restart intensity, each time after a longer pause', () => {
    const told = inTurn();
    const launchedAtS: number[] = [];
    for (let times = 0; times < 20 && told.state.name !== 'finished'; times++) {
      end(told, { signal: 'SIGSEGV' });
      const before = told.did('launch').length;
      for (let waited = 0; waited < 120 && told.did('launch').length === before; waited++) told.wait(1);
      if (told.did('launch').length > before) launchedAtS.push(told.state.evidence.now / 1000);
      turn(told, 10 + times);
    }
    expect(told.did('launch')).toHaveLength(defaults.recovery.restart_limit);
    const gaps = launchedAtS.slice(1).map((at, index) => at - (launchedAtS[index] ?? 0));
    expect(gaps).toEqual(gaps.toSorted((left, right) => left - right));
    expect(gaveUp(told)).toHaveLength(1);
    expect(told.did('exit')).toMatchObject([{ signal: 'SIGSEGV' }]);
  });

  test('over days is relaunched no more often than between two inputs of the person', () => {
    const told = inTurn();
    for (let times = 0; times < 60 && told.state.name !== 'finished'; times++) {
      told.wait(1_200, say.drawing, say.bytes(1));
      end(told);
      told.wait(60);
      turn(told, 10 + times);
    }
    expect(told.did('launch').length).toBe(12);
    expect(told.state.name).toBe('finished');
  });
});

describe('an agent that dies at its start', () => {
  const start = () => {
    const told = story();
    told.tell(say.started);
    told.wait(1);
    return told;
  };

  test('by a signal is not repeated, and the person is told what to do', () => {
    const told = start();
    end(told, { signal: 'SIGILL' });
    told.wait(60);
    expect(deeds(told)).toEqual(['exit']);
    expect(lastIncident(told)).toMatchObject({ class: 'died-at-start', outcome: 'gave_up' });
    expect(gaveUp(told)).toEqual([expect.stringMatching(/SIGILL.*another version of it may start/)]);
  });

  test('with an exit code has said why itself', () => {
    const told = start();
    end(told, { signal: null, code: 1 });
    expect(deeds(told)).toEqual(['exit']);
    expect(told.did('incident', 'notice')).toEqual([]);
  });

  test('when it should have resumed is not retried for ever', () => {
    const told = inTurn((effect) =>
      effect.type === 'launch'
        ? [
            ...obliging(effect),
            { type: 'agent.exited', generation: effect.generation, code: 1, signal: null },
          ]
        : obliging(effect),
    );
    end(told);
    told.wait(600);
    expect(told.did('launch')).toHaveLength(1);
    expect(gaveUp(told)).toEqual([expect.stringContaining('another version of it may start')]);
  });
});

describe('an agent that does not end, not even by SIGKILL', () => {
  const stuck = (started?: Observation) => {
    const told = inTurn(
      (effect) => (effect.type === 'stop' ? [{ type: 'saved', ok: true }] : obliging(effect)),
      started,
    );
    told.tell({ type: 'command', command: 'relaunch' });
    expect(deeds(told)).toEqual(['stop']);
    return told;
  };

  test('Ctrl+C leaves it behind once stopping it has taken too long, and the person is told so', () => {
    const told = stuck();
    told.wait(121);
    expect(gaveUp(told).join()).toContain('Ctrl+C leaves');
    told.tell({ type: 'input', kind: 'text', bytes: 1 });
    told.wait(5);
    expect(deeds(told)).toEqual(['stop']);
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(told.state.name).toBe('finished');
  });

  /** It ends after all, and the stop that is still under way goes on. */
  const endsAtLast = () => {
    const told = stuck();
    told.wait(7_200);
    expect(deeds(told)).toEqual(['stop']);
    end(told);
    told.wait(1);
    return told;
  };
  const done: Observation = { type: 'stop.done', generation: 1, left: 0 };

  test('it is left alone for as long as nobody presses it, and relaunched if it ends after all', () => {
    const told = endsAtLast();
    expect(deeds(told)).toEqual(['stop']); // a second one could meet the next agent
    told.tell(done);
    told.wait(10);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.did('launch')).toMatchObject([{ generation: 2, prompt: true }]);
  });

  test('then Ctrl+C leaves, as in any stop', () => {
    const told = endsAtLast();
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1, kept: true });
    told.tell(done);
    told.wait(10);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(gaveUp(told).at(-1)).toBe('you chose not to wait');
  });

  test('then it is not waited for without end', () => {
    const told = endsAtLast();
    told.wait(121);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(gaveUp(told).at(-1)).toContain('cannot be looked at');
  });

  test('the end of another one is not its end', () => {
    const told = stuck();
    told.wait(121);
    end(told, { generation: 7 });
    expect(told.state.name).toBe('unstoppable');
  });

  test.each(['nudge', 'relaunch', 'pause', 'continue'] as const)(
    'the command %s does not make it one that has the terminal',
    (command) => {
      const told = stuck();
      told.wait(121);
      told.tell({ type: 'command', command });
      told.tell({ type: 'clock.gap', gapMs: 600_000, cause: 'slept' });
      told.wait(7_200, say.drawing);
      expect(deeds(told)).toEqual(['stop']);
      told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
      expect(deeds(told)).toEqual(['stop', 'exit']);
    },
  );

  test('in pipes, where nobody can press it, the script is told and continues', () => {
    const told = stuck({ ...say.started, unattended: true } as Observation);
    told.wait(119);
    expect(deeds(told)).toEqual(['stop']);
    told.wait(2);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(told.did('exit')).toMatchObject([{ code: 1, signal: null }]);
    expect(gaveUp(told)).toEqual([expect.stringContaining('left behind')]);
    expect(lastIncident(told)?.outcome).toBe('gave_up');
  });
});

test('an agent whose work cannot be looked at, and so is not stopped, keeps its keys', () => {
  const told = inTurn((effect) => (effect.type === 'stop' ? [] : obliging(effect)));
  told.tell({ type: 'command', command: 'relaunch' });
  told.wait(60);
  told.tell({ type: 'saved', ok: false, detail: 'the disk does not answer' });
  expect(lastIncident(told)?.actions.at(-1)?.detail).toContain('the disk does not answer');
  told.wait(120, say.drawing, say.bytes(1));
  told.tell({ type: 'input', kind: 'escape', bytes: 1 });
  expect(deeds(told)).toEqual(['stop']);
  expect(told.state.name).toBe('watching');
});

describe('while the agent is being stopped', () => {
  /** It is looked at for a second, and takes another one to end. */
  const stopped = (
    asItIsLookedAt: readonly Observation[],
    asItEnds: readonly Observation[] = [],
    endedByItself?: true,
  ) => {
    const told = inTurn((effect) => (effect.type === 'stop' ? [] : obliging(effect)));
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(1);
    for (const observation of asItIsLookedAt) told.tell(observation);
    told.tell({ type: 'saved', ok: true });
    expect(told.state.name).toBe('stopping');
    told.wait(1);
    for (const observation of asItEnds) told.tell(observation);
    if (told.state.evidence.agent.exit === null) end(told, { code: 143, signal: null });
    told.tell({ type: 'stop.done', generation: 1, left: 0, ...(endedByItself && { endedByItself }) });
    told.wait(60);
    return told;
  };
  const pressed = (kind: InputKind): Observation => ({ type: 'input', kind, bytes: 1 });
  /** No agent has the terminal any more. */
  const played = (kind: InputKind) => stopped([], [{ ...pressed(kind), kept: true } as Observation]);

  test.each(['interrupt', 'exit'] as const)('%s: no other is started, and the person is told', (kind) => {
    const told = played(kind);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(gaveUp(told)).toEqual(['you chose not to wait']);
    expect(lastIncident(told)?.outcome).toBe('user');
  });

  test.each(['text', 'enter', 'escape'] as const)('%s changes nothing', (kind) =>
    expect(deeds(played(kind))).toEqual(['stop', 'launch']),
  );

  test.each(['interrupt', 'exit'] as const)(
    '%s that the agent has answered, which is still looked at: another is started',
    (kind) => {
      const told = stopped([pressed(kind), say.drawing]);
      expect(deeds(told)).toEqual(['stop', 'launch']);
      expect(told.did('launch')).toMatchObject([{ prompt: kind !== 'interrupt' }]);
    },
  );

  test.each(['interrupt', 'exit'] as const)('%s that it has not answered was not got by it', (kind) => {
    const told = stopped([pressed(kind)]);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(gaveUp(told)).toEqual(['you chose not to wait']);
  });

  test('the turn that Esc was to stop is not gone on with', () => {
    const told = stopped([pressed('escape')]);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.did('launch')).toMatchObject([{ prompt: false }]);
  });

  const ended = { type: 'agent.exited', generation: 1, signal: null } as const;

  const obeys = [pressed('interrupt'), pressed('interrupt'), say.drawing, { ...ended, code: 0 }] as const;
  test.each([
    ['before it is saved', obeys, []],
    ['after that', [], obeys],
  ])('an agent that obeys it before anything of it is ended, and %s, is not brought back', (_name, a, b) => {
    const told = stopped(a, b, true);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(told.did('exit')).toMatchObject([{ code: 0, signal: null }]);
    expect(lastIncident(told)?.outcome).toBe('user');
  });

  test('one that ends by itself, and that nobody asked to, is', () => {
    expect(deeds(stopped([{ ...ended, code: 1 }], [], true))).toEqual(['stop', 'launch']);
  });

  test('a Ctrl+C before was for the agent', () => {
    const told = inTurn();
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
    told.wait(1);
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(10);
    expect(deeds(told)).toEqual(['stop', 'launch']);
  });
});

describe('an agent that is dead, on a disk that does not answer', () => {
  /** What it worked on cannot be looked at, so the stop never ends. */
  const stuck = (started?: Observation) => {
    const told = inTurn((effect) => (effect.type === 'stop' ? [] : obliging(effect)), started);
    end(told);
    expect(told.state.name).toBe('stopping');
    return told;
  };

  test.each(['interrupt', 'exit'] as const)('%s leaves, once the stop has had its time', (kind) => {
    const told = stuck();
    told.wait(1);
    told.tell({ type: 'input', kind, bytes: 1, kept: true });
    expect(deeds(told)).toEqual(['stop']); // the tools that it has left behind are about to be ended
    told.wait(5);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(gaveUp(told)).toEqual(['you chose not to wait']);
    expect(lastIncident(told)?.outcome).toBe('user');
  });

  test('at once, if it has had that already', () => {
    const told = stuck();
    told.wait(20);
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1, kept: true });
    expect(deeds(told)).toEqual(['stop', 'exit']);
  });

  test.each(['text', 'enter', 'escape'] as const)('%s does not: it may have been for the agent', (kind) => {
    const told = stuck();
    told.tell({ type: 'input', kind, bytes: 1 });
    told.wait(60);
    expect(deeds(told)).toEqual(['stop']);
  });

  test('a signal does', () => {
    const told = stuck();
    told.tell({ type: 'guard.signalled', signal: 'SIGTERM' });
    told.wait(5);
    expect(told.did('exit')).toMatchObject([{ code: null, signal: 'SIGTERM' }]);
  });

  test.each([
    ['a terminal', undefined],
    ['pipes', { ...say.started, unattended: true } as Observation],
  ])('in %s, the guard does not wait for ever', (_where, started) => {
    const told = stuck(started);
    told.wait(119);
    expect(deeds(told)).toEqual(['stop']);
    told.wait(2);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    expect(told.did('exit')).toMatchObject([{ signal: 'SIGKILL' }]);
    expect(gaveUp(told)).toEqual([expect.stringContaining('cannot be looked at')]);
    expect(lastIncident(told)?.outcome).toBe('gave_up');
  });
});

describe('a guard that is told to end by a signal', () => {
  const signalled: Observation = { type: 'guard.signalled', signal: 'SIGTERM' };
  const without = (type: Effect['type']) => (effect: Effect) =>
    effect.type === type ? [] : obliging(effect);
  const relaunching = (missing: Effect['type']) => {
    const told = inTurn(without(missing));
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(10);
    return told;
  };
  const isOver = (told: Told) => {
    expect(told.did('exit')).toEqual([{ type: 'exit', code: null, signal: 'SIGTERM' }]);
    expect(gaveUp(told)).toEqual([expect.stringContaining('SIGTERM')]);
    expect(lastIncident(told)?.outcome).toBe('user');
  };

  test('as it stops the agent: no other is started', () => {
    const told = relaunching('stop');
    told.tell(signalled);
    expect(told.state.name).toBe('stopping'); // until the agent’s tools are gone, too
    for (const answer of obliging({ ...told.did('stop')[0], type: 'stop' } as Effect)) told.tell(answer);
    told.wait(60);
    expect(deeds(told)).toEqual(['stop', 'exit']);
    isOver(told);
  });

  test.each([
    ['probe', 'down', ['stop', 'exit']],
    ['launch', 'launching', ['stop', 'launch', 'exit']],
  ] as const)('while no agent runs (no answer to %s): at once', (missing, name, done) => {
    const told = relaunching(missing);
    expect(told.state.name).toBe(name);
    told.tell(signalled);
    expect(deeds(told)).toEqual(done);
    isOver(told);
  });

  test('does not bring back an agent that dies of it', () => {
    for (const more of [{ signal: 'SIGSEGV' }, { signal: null, code: 1 }]) {
      const told = inTurn();
      told.tell(signalled);
      told.wait(3);
      expect(deeds(told)).toEqual([]); // the agent has got the signal, too
      end(told, more);
      told.wait(60);
      expect(deeds(told)).toEqual(['exit']);
      expect(told.did('exit')).toMatchObject([more]);
    }
  });

  test('nor one that it has relaunched, and that dies as it starts', () => {
    const told = inTurn();
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(10);
    told.tell(signalled);
    end(told, { signal: null, code: 1 });
    expect(deeds(told)).toEqual(['stop', 'launch', 'exit']);
    expect(gaveUp(told)).toEqual([]);
  });
});

describe('while the next agent is on its way', () => {
  /** Its program is being replaced, for instance. */
  const launching = () => {
    const told = inTurn((effect) => (effect.type === 'launch' ? [] : obliging(effect)));
    told.tell({ type: 'command', command: 'relaunch' });
    told.wait(10);
    expect(told.state.name).toBe('launching');
    return told;
  };

  test('Ctrl+C leaves, and the person is told how to go on', () => {
    const told = launching();
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
    expect(told.did('exit')).toHaveLength(1);
    expect(gaveUp(told)).toEqual(['you chose not to wait']);
    expect(lastIncident(told)?.outcome).toBe('user');
  });

  test('no other key does', () => {
    const told = launching();
    for (const kind of ['text', 'enter', 'report'] as const) told.tell({ type: 'input', kind, bytes: 1 });
    expect(told.did('exit')).toEqual([]);
    expect(told.did('launch')).toHaveLength(1);
  });
});
