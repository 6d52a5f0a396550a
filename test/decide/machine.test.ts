import { describe, expect, test } from 'vitest';
import { lookAgainAt } from '../../src/decide/machine.ts';
import type { Observation } from '../../src/events.ts';
import { configWith, obliging, say, story } from '../support/story.ts';

const actions = (told: ReturnType<typeof story>) =>
  told.did('cut', 'nudge', 'stop', 'launch', 'continue').map((e) => e.type);
const lastIncident = (told: ReturnType<typeof story>) => told.did('incident').at(-1)?.incident;

function inMidResponse(patch = {}, world = obliging) {
  const told = story(patch, world);
  told.tell(say.started);
  told.wait(2, say.drawing);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(0));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.wait(3, say.bytes(1), say.drawing, say.busy(12));
  return told;
}

describe('a dead stream', () => {
  test('is looked at when its silence reaches the limit, not at the next tick', () => {
    const told = inMidResponse();
    told.wait(20, say.drawing);
    const { state } = told;
    const silentSince = Math.max(...state.evidence.wire.connections.map(({ lastDownAt }) => lastDownAt ?? 0));
    expect(lookAgainAt(state, configWith())).toBe(silentSince + 30_000);
  });

  test('is cut after stream_timeout_ms, and the retry that answers ends the incident', () => {
    const told = inMidResponse();
    told.wait(29, say.drawing);
    expect(actions(told)).toEqual([]);
    told.wait(2, say.drawing);
    expect(actions(told)).toEqual(['cut']);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(1, say.drawing);
    expect(lastIncident(told)?.outcome).toBe('open');
    told.wait(2, say.drawing, say.bytes(2));
    expect(lastIncident(told)).toMatchObject({ class: 'dead-stream', outcome: 'recovered' });
  });

  test('that is silent again after the cut is given twice as long', () => {
    const told = inMidResponse();
    told.wait(31, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    told.wait(55, say.drawing);
    expect(actions(told)).toEqual(['cut']);
    told.wait(10, say.drawing);
    expect(actions(told)).toEqual(['cut', 'cut']);
  });

  test('whose cut brings no new request is nudged, then relaunched, then asked about', () => {
    const told = inMidResponse();
    told.wait(31, say.drawing);
    told.wait(12, say.drawing);
    expect(actions(told)).toEqual(['cut', 'nudge']);
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual(['cut', 'nudge', 'stop', 'launch']);
    const launch = told.did('launch')[0];
    expect(launch).toMatchObject({ generation: 2, resume: true, prompt: true });
    told.wait(2_000, say.drawing);
    expect(told.did('launch').map(({ generation }) => generation)).toEqual([2, 3, 4, 5, 6]); // as many as the window allows
  });

  test('with in-place cures off is relaunched at once', () => {
    const told = inMidResponse({ recovery: { in_place: false } });
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual(['stop', 'launch']);
  });

  test('with auto_resume off ends in a question, the agent left alive', () => {
    const told = inMidResponse({ network_resilience: { auto_resume: false }, recovery: { in_place: false } });
    told.wait(31, say.drawing);
    expect(actions(told)).toEqual([]);
    expect(told.state.name).toBe('asking');
    expect(told.did('exit')).toEqual([]);
  });
});

describe('healthy work is left alone', () => {
  const healthy: readonly [string, (told: ReturnType<typeof story>) => void][] = [
    ['idle for an hour', (told) => told.wait(3600, say.idle)],
    ['pings only', (told) => told.wait(600, say.bytes(1), say.drawing)],
    [
      'a slow drip, one byte in 25 s',
      (told) => {
        for (let i = 0; i < 40; i++) {
          told.wait(24, say.drawing);
          told.tell(say.bytes(1));
        }
      },
    ],
    [
      'a silent tool, hooks on',
      (told) => {
        told.tell({ type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command' });
        told.wait(3600, say.drawing);
      },
    ],
    [
      "a hook of the person's in a session of its own, after a tool",
      (told) => {
        told.wait(2, say.drawing);
        told.tell({ type: 'tool.finished', toolUseId: 't1', ok: true });
        told.tell(say.sample(100, { workers: 1 }));
        told.wait(3600, say.drawing, say.sample(100, { workers: 1 }));
      },
    ],
    [
      'a permission dialog over night',
      (told) => {
        told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } });
        told.wait(36_000);
      },
    ],
    [
      'a usage limit that the agent waits for',
      (told) => {
        told.tell({ type: 'screen', facts: { activity: 'limit' } });
        told.wait(20_000);
      },
    ],
    [
      'a slow first byte',
      (told) => {
        told.tell(say.request(1));
        told.wait(110, say.drawing);
        told.tell(say.bytes(1));
      },
    ],
    [
      'a short nap, then the stream goes on',
      (told) => {
        told.tell({ type: 'clock.gap', gapMs: 10_000, cause: 'slept' });
        told.wait(4, say.drawing);
        told.wait(60, say.drawing, say.bytes(1));
      },
    ],
    [
      'Ctrl+Z for an hour',
      (told) => {
        told.tell({ type: 'terminal.suspended' });
        told.wait(3600);
        told.tell({ type: 'terminal.continued' });
        told.wait(60, say.drawing, say.bytes(1));
      },
    ],
    [
      'a terminal that does not take output',
      (told) => {
        told.tell({ type: 'terminal.blocked' });
        told.wait(3600, say.bytes(1));
      },
    ],
  ];
  test.each(healthy)('%s', (_name, tell) => {
    const told = inMidResponse();
    tell(told);
    expect(actions(told)).toEqual([]);
    expect(told.did('incident')).toEqual([]);
  });
});

describe('a stuck process', () => {
  test('that spins is stopped and resumed', () => {
    const told = inMidResponse();
    let cpu = 0;
    for (let i = 0; i < 14; i++) {
      cpu += 1000;
      told.wait(1, say.sample(cpu));
    }
    expect(actions(told)).toEqual(['stop', 'launch']);
    expect(lastIncident(told)?.class).toBe('frozen-ui');
  });

  test('that sleeps without drawing is stopped and resumed', () => {
    const told = inMidResponse();
    told.wait(14, say.sample(5000));
    expect(actions(told)).toEqual(['stop', 'launch']);
  });

  test('that was stopped from outside is continued, not killed', () => {
    const told = inMidResponse();
    told.wait(4, say.sample(5000, { state: 'T' }));
    expect(actions(told)).toEqual(['continue']);
    told.tell(say.sample(5000));
    told.wait(3, say.drawing, say.bytes(1));
    expect(lastIncident(told)?.outcome).toBe('recovered');
  });
});

describe('the end of the agent', () => {
  const ends: readonly [string, object, string][] = [
    ['SIGKILL in mid-turn', { code: null, signal: 'SIGKILL' }, 'relaunch'],
    ['a crash in mid-turn', { code: 1, signal: null }, 'relaunch'],
    ['exit 0 in mid-turn, nobody asked', { code: 0, signal: null }, 'relaunch'],
    ['SIGTERM by somebody', { code: 143, signal: null }, 'exit'],
    ['SIGHUP by somebody', { code: null, signal: 'SIGHUP' }, 'exit'],
  ];
  test.each(ends)('%s → %s', (_name, end, wanted) => {
    const told = inMidResponse();
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: null, ...end });
    told.wait(2); // two good probes
    if (wanted === 'relaunch') {
      expect(actions(told)).toEqual(['stop', 'launch']);
      expect(told.did('exit')).toEqual([]);
    } else {
      expect(actions(told)).toEqual([]);
      expect(told.did('exit')).toMatchObject([end]);
    }
  });

  test.each([
    ['Esc', false],
    ['Esc, another prompt and Enter', true],
  ])('by an error of its own after %s is cured: nobody wanted it to end', (_, asksAgain) => {
    const told = inMidResponse();
    told.tell({ type: 'input', kind: 'escape', bytes: 1 });
    if (asksAgain) {
      told.tell({ type: 'interrupted' });
      told.tell(say.idle);
      told.tell({ type: 'input', kind: 'text', bytes: 9 });
      told.tell({ type: 'input', kind: 'enter', bytes: 1 });
      told.tell({ type: 'turn.started' });
      told.tell(say.busy(0));
    }
    told.wait(2, say.drawing);
    told.tell({ type: 'agent.exited', generation: 1, code: 1, signal: null });
    told.wait(2);
    expect(actions(told)).toEqual(['stop', 'launch']);
  });

  test('after Ctrl+C twice is an exit', () => {
    const told = inMidResponse();
    told.tell({ type: 'input', kind: 'interrupt', bytes: 1 });
    told.tell({ type: 'agent.exited', generation: 1, code: 0, signal: null });
    expect(told.did('exit')).toMatchObject([{ code: 0 }]);
  });

  test.each([
    ['well is an exit, though it looked like a turn', 0, 'exit'],
    ['in a crash is none', 1, 'launch'],
  ] as const)('after a command of its own, %s', (_, code, wanted) => {
    const told = inMidResponse();
    told.tell({ type: 'screen', facts: { activity: 'idle', draft: true, draftIsCommand: true } });
    told.tell({ type: 'input', kind: 'enter', bytes: 1 });
    told.tell(say.busy(0));
    told.tell({ type: 'agent.exited', generation: 1, code, signal: null });
    told.wait(2);
    expect(told.did(wanted)).toHaveLength(1);
  });

  test('before it ever ran a turn is not retried', () => {
    const told = story();
    told.tell(say.started);
    told.wait(1);
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGSEGV' });
    expect(actions(told)).toEqual([]);
    expect(told.did('exit')).toMatchObject([{ signal: 'SIGSEGV' }]);
  });

  test('of an older generation is ignored', () => {
    const told = inMidResponse();
    told.tell({ type: 'agent.exited', generation: 0, code: 1, signal: null });
    expect(told.effects).toEqual([]);
  });
});

describe('a connection that the tunnel holds', () => {
  test('is an incident of its own, without a cure, that ends when bytes flow', () => {
    const told = inMidResponse();
    told.tell({ type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' });
    told.tell({
      type: 'connection.waiting',
      id: 2,
      host: 'api.example',
      cause: 'refused',
      attempt: 2,
      of: 5,
      nextInMs: 4000,
    });
    expect(told.did('title').at(-1)?.text).toBe('connection lost, retrying (attempt 2/5), next in 4 s');
    told.wait(180, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    expect(actions(told)).toEqual([]);
    expect(lastIncident(told)).toMatchObject({ class: 'refused', outcome: 'recovered' });
    expect(told.did('title').at(-1)?.text).toBe(null);
  });
});

describe('a turn that ended', () => {
  test('with a connection error is nudged once the network is stable', () => {
    const told = inMidResponse();
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.wait(5);
    expect(actions(told)).toEqual(['nudge']);
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(3, say.bytes(2));
    expect(lastIncident(told)).toMatchObject({ class: 'failed-turn', outcome: 'recovered' });
  });

  test('with a connection error, after which the person types, is theirs', () => {
    const told = inMidResponse();
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.tell({ type: 'input', kind: 'text', bytes: 1 });
    told.wait(60);
    expect(actions(told)).toEqual([]);
  });

  test('silently after a cut is nudged', () => {
    const told = inMidResponse();
    told.wait(31, say.drawing);
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(15);
    expect(actions(told)).toEqual(['cut', 'nudge']);
  });
});

describe('after a sleep of the machine', () => {
  const slept = { type: 'clock.gap', gapMs: 7_200_000, cause: 'slept' } as const;

  test('the connections of a running turn are cut at once', () => {
    const told = inMidResponse();
    told.tell(slept);
    expect(actions(told)).toEqual(['cut']);
    expect(lastIncident(told)?.class).toBe('slept');
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(8, say.drawing, say.bytes(2));
    expect(lastIncident(told)?.outcome).toBe('recovered');
  });

  test('kept-alive connections are cut without an incident', () => {
    const told = inMidResponse();
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.tell(slept);
    expect(actions(told)).toEqual(['cut']);
    expect(told.did('incident')).toEqual([]);
  });
});

test('a nudge waits while the network is down', () => {
  let online = false;
  const told = inMidResponse({}, (effect) =>
    effect.type === 'probe'
      ? [{ type: 'network.probed', reachable: online, latencyMs: null }]
      : obliging(effect),
  );
  told.tell({ type: 'turn.ended', failure: 'connection' });
  told.tell(say.idle);
  told.wait(120);
  expect(actions(told)).toEqual([]);
  online = true;
  told.wait(40);
  expect(actions(told)).toEqual(['nudge']);
});

test.each([true, false] as const)(
  'a dead agent whose snapshot cannot be saved is started again: %s',
  (goesOn) => {
    const told = inMidResponse({}, (effect) =>
      obliging(effect).map((answer) =>
        answer.type === 'saved'
          ? { ...answer, ok: false, detail: 'no space left', ...(goesOn && { goesOn }) }
          : answer,
      ),
    );
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.wait(5);
    expect(told.did('launch')).toHaveLength(goesOn ? 1 : 0);
  },
);

describe('an agent that is not stopped after all', () => {
  const spared = (answer: Observation) => {
    const told = inMidResponse({ recovery: { in_place: false } }, (effect) =>
      effect.type === 'stop' ? [answer] : obliging(effect),
    );
    told.wait(60);
    return told;
  };
  const refused = { type: 'stop.refused', detail: 'somebody has it' } as const;

  test('because it could not be started again: the person is asked', () => {
    const told = spared(refused);
    expect(told.did('stop')).toHaveLength(1);
    expect(told.did('launch')).toEqual([]);
    expect(told.state.name).toBe('asking');
    expect(lastIncident(told)?.actions.at(-1)).toMatchObject({ detail: 'somebody has it' });
  });

  test.each([
    ['somebody has the conversation', refused],
    ['the snapshot could not be written', { type: 'saved', ok: false, detail: 'the disk is full' }],
  ] as const)('because %s: it has the keys, and is guarded like any other', (_why, answer) => {
    for (const kind of ['escape', 'interrupt', 'exit', 'text'] as const) {
      const told = spared(answer);
      told.tell({ type: 'input', kind, bytes: 1 });
      expect([kind, told.did('exit'), told.state.name]).toEqual([kind, [], 'watching']);
    }
    const told = spared(answer);
    told.tell(say.bytes(1));
    told.wait(5, say.bytes(1), say.drawing, say.busy(40));
    told.tell({ type: 'turn.ended' });
    told.tell(say.idle);
    told.wait(15);
    expect(told.state).toMatchObject({ name: 'watching', incident: null });
    expect(lastIncident(told)?.outcome).toBe('recovered');
    told.tell({ type: 'input', kind: 'enter', bytes: 1 });
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(0));
    told.tell(say.request(1));
    told.wait(3, say.bytes(1), say.drawing, say.busy(12));
    told.wait(200, say.drawing);
    expect(told.did('stop').length).toBeGreaterThan(1);
  });
});

describe('a command that was cut off', () => {
  const cutOff = (effect: Parameters<typeof obliging>[0]) =>
    obliging(effect).map((answer) => (answer.type === 'saved' ? { ...answer, unknownCommands: 1 } : answer));
  const killed = (patch = {}) => {
    const told = inMidResponse(patch, cutOff);
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    return told;
  };

  test('gives the person time to say no, then resumes', () => {
    const told = killed();
    told.wait(4);
    expect(told.did('launch')).toEqual([]);
    expect(told.did('notice').map(({ notice }) => notice.kind)).toContain('confirm');
    told.wait(2);
    expect(told.did('launch')).toHaveLength(1);
  });

  test('is resumed at once on Enter, and never on Ctrl+C, Esc or Ctrl+D', () => {
    const now = killed();
    now.wait(1);
    now.tell({ type: 'input', kind: 'enter', bytes: 1 });
    now.wait(1);
    expect(now.did('launch')).toHaveLength(1);
    for (const kind of ['interrupt', 'escape', 'exit'] as const) {
      const never = killed();
      never.tell({ type: 'input', kind, bytes: 1 });
      never.wait(60);
      expect(never.did('launch')).toEqual([]);
      expect(never.did('exit')).toHaveLength(1);
    }
  });

  test('is not asked about if commands may be repeated', () => {
    const told = killed({ network_resilience: { auto_retry_mutations: true } });
    told.wait(2);
    expect(told.did('launch')).toHaveLength(1);
  });
});

describe('a resumed agent', () => {
  const resumed = (patch = {}) => {
    const told = inMidResponse(patch);
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.wait(2);
    return told;
  };
  const choice = { type: 'screen', facts: { activity: 'dialog', dialog: 'resume-choice' } } as const;

  test('that refuses to resume is given up, and nobody is blamed for it', () => {
    const told = resumed();
    told.tell({ type: 'agent.started', generation: 2, pid: 43, resumed: true, prompted: true });
    told.tell({ type: 'session.ended', reason: 'other' });
    told.tell({ type: 'agent.exited', generation: 2, code: 1, signal: null });
    expect(told.did('incident').at(-1)).toMatchObject({ incident: { outcome: 'gave_up' } });
    expect(told.did('exit')).toMatchObject([{ code: 1 }]);
  });

  test.each([
    ['a stub that does nothing', 0, 'gave_up', 1],
    ['one that cannot be executed', 126, 'gave_up', 126],
    ['one that somebody has ended', 143, 'user', 143],
  ])('%s: told how it ended', (_name, code, outcome, exit) => {
    const told = resumed();
    told.tell({ type: 'agent.started', generation: 2, pid: 43, resumed: true, prompted: true });
    told.tell({ type: 'agent.exited', generation: 2, code, signal: null });
    expect(told.did('incident').at(-1)).toMatchObject({ incident: { outcome } });
    expect(told.did('exit')).toMatchObject([{ code: exit }]);
  });

  test('that the person ends at once stays ended', () => {
    const told = resumed();
    told.tell({ type: 'agent.started', generation: 2, pid: 43, resumed: true, prompted: true });
    told.tell({ type: 'input', kind: 'exit', bytes: 1 });
    told.tell({ type: 'agent.exited', generation: 2, code: 0, signal: null });
    expect(told.did('incident').at(-1)).toMatchObject({ incident: { outcome: 'user' } });
    expect(told.did('exit')).toMatchObject([{ code: 0 }]);
  });

  test('that asks how much to resume is answered by policy, once', () => {
    const told = resumed();
    told.tell(choice);
    told.wait(3);
    expect(told.did('choose')).toMatchObject([{ generation: 2, answer: 'full' }]);
    told.tell({ type: 'choose.done', ok: true });
    told.tell(say.busy(0));
    told.wait(5, say.drawing);
    expect(told.did('choose')).toHaveLength(1);
    expect(told.state.name).toBe('watching');
  });

  test.each([
    ['with the policy "ask"', choice, { recovery: { resume_dialog: 'ask' } }],
    ['in the trust dialog', { type: 'screen', facts: { activity: 'dialog', dialog: 'trust' } }, {}],
  ] as const)('%s waits for the person, and is not relaunched', (_name, dialog, patch) => {
    const told = resumed(patch);
    told.tell(dialog);
    told.wait(300);
    expect(told.did('choose')).toEqual([]);
    expect(told.did('launch')).toHaveLength(1);
    expect(told.state.name).toBe('asking');
  });
});

describe('a refused conversation', () => {
  const refuse = (told: ReturnType<typeof story>) => {
    told.tell({ type: 'turn.ended', failure: 'history' });
    told.tell(say.idle);
    told.wait(6);
  };

  test('is repaired by a relaunch that goes on; if it is refused again, the person is asked', () => {
    const told = inMidResponse();
    refuse(told);
    expect(told.did('launch')).toMatchObject([{ prompt: true }]);
    told.tell(say.busy(0));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    refuse(told);
    expect(told.did('launch')).toHaveLength(1);
    expect(told.state.name).toBe('asking');
  });
});

const compacting = { type: 'screen', facts: { activity: 'compacting' } } as const;

test('a compaction that never ends is nudged once, then asked about', () => {
  const told = inMidResponse({
    recovery: { compaction_timeout_ms: 60_000 },
  });
  told.tell(compacting);
  told.wait(190, say.drawing, say.bytes(1));
  expect(actions(told)).toEqual(['nudge']);
  told.tell({ type: 'interrupted' });
  told.tell(say.idle);
  told.tell(say.busy(1));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  told.tell(compacting);
  told.wait(190, say.drawing, say.bytes(1));
  expect(actions(told)).toEqual(['nudge']);
  expect(told.state.name).toBe('asking');
});

test('a compaction that the agent begins anew while the nudge waits for the network is left to it', () => {
  const settings = { recovery: { compaction_timeout_ms: 60_000 } };
  const told = inMidResponse(settings, (effect) => (effect.type === 'probe' ? [] : obliging(effect)));
  const reachable = { type: 'network.probed', reachable: true, latencyMs: 5 } as const;
  told.tell(compacting);
  while (told.state.cure?.rung !== 'nudge') told.wait(1, say.drawing, say.bytes(1));
  told.skip(1);
  told.tell({ type: 'screen', facts: { activity: 'retrying' } });
  told.tell(compacting);
  told.wait(5, say.drawing, say.bytes(1), reachable);
  expect(actions(told)).toEqual([]);
  told.wait(190, say.drawing, say.bytes(1), reachable);
  expect(actions(told)).toEqual(['nudge']); // it has not been nudged before
});

test.each([
  ['a compaction', compacting],
  ['a tool', { type: 'screen', facts: { activity: 'tool' } } as const],
])('a nudge that has ended %s and then gave way to the person is typed later', (_, screen) => {
  let nudges = 0;
  const told = inMidResponse({ recovery: { compaction_timeout_ms: 60_000 } }, (effect) =>
    effect.type === 'nudge' && ++nudges === 1
      ? [
          { type: 'interrupted' },
          say.idle,
          { type: 'input', bytes: 1, kind: 'text' },
          { type: 'nudge.done', outcome: 'person-typing' },
        ]
      : obliging(effect),
  );
  if (screen !== compacting)
    told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command', limitMs: 60_000 });
  told.tell(screen);
  for (let second = 0; nudges === 0 && second < 400; second++)
    told.wait(1, say.drawing, say.sample(100 * second), say.bytes(1));
  told.wait(300, say.idle);
  expect(actions(told).slice(0, 2)).toEqual(['nudge', 'nudge']);
});

test('a tool that seems to work for a moment costs no nudge that waits for the network', () => {
  const told = inMidResponse({}, (effect) =>
    effect.type === 'probe'
      ? [{ type: 'network.probed', reachable: false, latencyMs: null }]
      : obliging(effect),
  );
  told.tell({ type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command', limitMs: 60_000 });
  told.tell({ type: 'screen', facts: { activity: 'tool' } });
  for (let second = 1; second < 900; second++)
    told.wait(1, say.drawing, say.sample(100 * second, { workers: second % 60 === 0 ? 1 : 0 }));
  expect(told.state.cure?.rung).toBe('nudge');
  expect(told.state.used.nudge).toBe(1);
});

test('a compaction whose answer flows gets three times as long, and no longer', () => {
  const told = inMidResponse({ recovery: { compaction_timeout_ms: 60_000 } });
  told.tell(compacting);
  told.wait(175, say.drawing, say.bytes(1));
  expect(actions(told)).toEqual([]);
  told.wait(10, say.drawing, say.bytes(1));
  expect(actions(told)).toEqual(['nudge']);
});

test('without the tunnel, a relaunch is proven by a turn that runs to its end', () => {
  const told = story({ senses: { tunnel: false }, recovery: { in_place: false } });
  told.tell(say.started);
  told.tell(say.busy(7));
  told.wait(242, say.drawing);
  expect(actions(told)).toEqual(['stop', 'launch']);
  told.tell(say.idle); // the prompt, before ours was submitted
  told.wait(1);
  expect(lastIncident(told)?.outcome).toBe('open');
  told.tell(say.busy(0));
  told.tell(say.idle);
  told.wait(6);
  expect(lastIncident(told)?.outcome).toBe('recovered');
});

describe('a usage limit', () => {
  const wallMs = Date.parse('2026-11-21T06:00:00Z');
  const tick = (told: ReturnType<typeof story>) =>
    told.tell({ type: 'tick', wallMs: wallMs + told.state.evidence.now });
  const banner = {
    type: 'screen',
    facts: {
      activity: 'idle',
      failure: { kind: 'rate-limit', fingerprint: 'limit' },
      limitResetsAt: wallMs + 1_800_000,
    },
  } as const;

  test('whose menu nobody answers is waited out, and the turn is resumed after the reset', () => {
    const told = inMidResponse();
    tick(told);
    told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'limit-menu' } });
    told.wait(20);
    expect(told.did('choose')).toEqual([]);
    told.wait(15);
    expect(told.did('choose')).toMatchObject([{ answer: 'wait-for-limit' }]);
    told.tell({ type: 'choose.done', ok: true });
    told.tell(banner);
    told.wait(1_700);
    expect(actions(told)).toEqual([]);
    told.wait(140);
    expect(actions(told)).toEqual(['nudge']);
  });

  test('whose menu cannot be answered is asked about', () => {
    const told = inMidResponse({}, (effect) =>
      effect.type === 'choose' ? [{ type: 'choose.done', ok: false }] : obliging(effect),
    );
    told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'limit-menu' } });
    told.wait(40);
    expect(told.state.name).toBe('asking');
    expect(told.did('notify')).toMatchObject([{ what: 'blocked' }]);
    told.wait(7_200);
    expect(told.did('choose')).toHaveLength(1);
    expect(actions(told)).toEqual([]);
  });

  test('whose menu the person is reading is theirs', () => {
    const told = inMidResponse();
    told.tell({ type: 'screen', facts: { activity: 'dialog', dialog: 'limit-menu' } });
    for (let i = 0; i < 20; i++) {
      told.tell({ type: 'input', kind: 'text', bytes: 1 });
      told.wait(20);
    }
    expect(told.did('choose')).toEqual([]);
  });
});

describe('a tool past its own limit', () => {
  const started = {
    type: 'tool.started',
    toolUseId: 't1',
    tool: 'Bash',
    risk: 'command',
    limitMs: 120_000,
  } as const;

  test('with no process left is ended by a nudge', () => {
    const told = inMidResponse();
    told.tell(started);
    told.wait(175, say.drawing, say.sample(0));
    expect(actions(told)).toEqual([]);
    told.wait(10, say.drawing, say.sample(0));
    expect(actions(told)).toEqual(['nudge']);
  });

  test('that still has a process is left alone', () => {
    const told = inMidResponse();
    told.tell(started);
    told.wait(3_600, say.drawing, say.sample(0, { workers: 1 }));
    expect(actions(told)).toEqual([]);
  });

  test('may not even have begun while a hook of the person’s holds it up, for ten minutes', () => {
    const told = inMidResponse();
    told.tell(started);
    const held = (ageMs: number) => told.wait(1, say.drawing, say.sample(0, { helperAgeMs: ageMs }));
    for (let ageMs = 1_200; ageMs < 700_000; ageMs += 1_000) held(ageMs);
    expect(actions(told)).toEqual([]);
    for (let ageMs = 700_200; ageMs < 800_000; ageMs += 1_000) held(ageMs);
    expect(actions(told)[0]).toBe('nudge');
  });
});

test('a nudge whose turn was too short to be seen, with the draft back in the box, leads to nothing worse', () => {
  const told = story({ senses: { tunnel: false } });
  told.tell(say.started);
  told.tell(say.busy(7));
  told.wait(246, say.drawing);
  expect(actions(told)).toEqual(['nudge']);
  told.tell({ type: 'screen', facts: { activity: 'idle', draft: true } });
  told.wait(120);
  expect(actions(told)).toEqual(['nudge']);
  expect(lastIncident(told)?.outcome).toBe('recovered');
});
