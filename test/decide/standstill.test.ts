/** The machine sleeps, the guard is stopped, the person presses Ctrl+Z: in every state of the machine. */
import { describe, expect, test } from 'vitest';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';
import { asks, obliging, say, story } from '../support/story.ts';

type Told = ReturnType<typeof story>;
const deeds = (told: Told) => told.did('cut', 'nudge', 'stop', 'launch', 'exit').map(({ type }) => type);
const hour = 3_600;

/** How the time is lost. */
const standstills: Readonly<Record<string, (told: Told) => void>> = {
  'a sleep': (told) => told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept' }),
  'a nap of ten seconds': (told) => told.tell({ type: 'clock.gap', gapMs: 10_000, cause: 'slept' }),
  'a stopped guard': (told) => {
    told.skip(hour);
    told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'stalled' });
  },
  'Ctrl+Z': (told) => {
    told.tell({ type: 'terminal.suspended' });
    told.skip(hour);
    told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'stalled' });
    told.tell({ type: 'terminal.continued' });
  },
  /** Nothing is drawn, read or sent by the agent then (Ctrl+S, a slow line). */
  'a terminal that takes no output': (told) => {
    told.tell({ type: 'terminal.blocked' });
    told.wait(hour);
    told.tell({ type: 'terminal.drained' });
  },
};
const each = Object.entries(standstills);
const withoutSleep = each.filter(([name]) => name !== 'a sleep');

function inMidResponse(world: (effect: Effect) => readonly Observation[] = obliging): Told {
  const told = asks(story({}, world), 1);
  told.wait(3, say.bytes(1), say.drawing);
  return told;
}

/** Obliging, but silent on these effects. */
const mute =
  (...types: readonly Effect['type'][]) =>
  (effect: Effect) =>
    types.includes(effect.type) ? [] : obliging(effect);

/** Until the cut has been made. */
function cut(world?: (effect: Effect) => readonly Observation[]): Told {
  const told = inMidResponse(world);
  told.wait(31, say.drawing);
  expect(deeds(told)).toEqual(['cut']);
  return told;
}

describe.each(each)('%s', (name, stand) => {
  test('beside healthy work: nothing but what was connected before a long sleep is cut', () => {
    const told = inMidResponse();
    told.wait(28, say.drawing); // two seconds more of silence, and it would be called dead
    stand(told);
    told.wait(4, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(120, say.bytes(2), say.drawing);
    expect(deeds(told)).toEqual(name === 'a sleep' ? ['cut'] : []);
    expect(told.state.incident).toBeNull();
  });

  test('while a cut has to prove itself', () => {
    const told = cut();
    told.wait(8, say.drawing); // of the ten that it has
    stand(told);
    told.wait(3, say.drawing);
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(5, say.drawing, say.bytes(2));
    expect(deeds(told)).toEqual(['cut']);
    expect(told.did('incident').at(-1)?.incident.outcome).toBe('recovered');
  });

  test('while a relaunched agent has to prove itself', () => {
    const told = inMidResponse();
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.tell({ type: 'connection.closed', id: 1, by: 'agent', cause: 'closed' });
    told.wait(2);
    told.wait(55, say.drawing, say.idle);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    stand(told);
    told.wait(4, say.drawing);
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.tell(say.bytes(2));
    told.wait(20, say.bytes(2), say.drawing);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.state).toMatchObject({ name: 'watching', incident: null });
  });

  test('while the nudge waits for the network: the network is probed again', () => {
    let online = false;
    const told = inMidResponse((effect) =>
      effect.type === 'probe'
        ? [{ type: 'network.probed', reachable: online, latencyMs: null }]
        : obliging(effect),
    );
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.wait(10);
    stand(told);
    told.wait(10);
    expect(told.did('nudge')).toEqual([]);
    online = true;
    for (let passed = 0; told.did('nudge').length === 0 && passed < 90; passed++) told.wait(1);
    expect(told.did('nudge')).toHaveLength(1);
    expect(told.did('stop')).toEqual([]);
  });

  test('while the nudge waits for the network, and the agent helps itself', () => {
    const told = inMidResponse(mute('probe'));
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.wait(10);
    stand(told);
    for (let probes = 0; probes < 3; probes++)
      told.tell({ type: 'network.probed', reachable: true, latencyMs: 5 });
    told.tell({ type: 'turn.started' });
    told.tell(say.busy(1));
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(30, say.bytes(2), say.drawing);
    expect(told.did('nudge', 'stop')).toEqual([]);
  });

  test('while the keys of the nudge are being typed', () => {
    const told = inMidResponse(mute('nudge'));
    told.tell({ type: 'turn.ended', failure: 'connection' });
    told.tell(say.idle);
    told.wait(50);
    expect(told.did('nudge')).toHaveLength(1);
    stand(told);
    told.wait(4);
    told.tell({ type: 'nudge.done', outcome: 'submitted' });
    told.tell({ type: 'turn.started' });
    told.tell(say.opened(2));
    told.tell(say.request(2));
    told.wait(3, say.bytes(2));
    expect(told.did('stop')).toEqual([]);
    expect(told.did('incident').at(-1)?.incident.outcome).toBe('recovered');
  });

  test('while the agent is being stopped, and while it is being launched', () => {
    const told = inMidResponse(mute('stop', 'launch'));
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    stand(told);
    told.wait(5);
    expect(told.state.name).toBe('stopping');
    told.tell({ type: 'saved', ok: true });
    told.tell({ type: 'stop.done', generation: 1, left: 0 });
    told.wait(3);
    expect(told.state.name).toBe('launching');
    stand(told);
    told.wait(5);
    told.tell({ type: 'agent.started', generation: 2, pid: 7, resumed: true, prompted: true });
    told.wait(3, say.drawing);
    expect(deeds(told)).toEqual(['stop', 'launch']);
    expect(told.state.name).toBe('watching');
  });

  test('while the person has a few seconds to say no: they still have them', () => {
    const told = inMidResponse((effect) =>
      obliging(effect).map((answer) =>
        answer.type === 'saved' ? { ...answer, unknownCommands: 1 } : answer,
      ),
    );
    told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
    told.wait(2);
    stand(told);
    told.wait(2);
    expect(told.did('launch')).toEqual([]);
    told.wait(9); // a moment to come back, and what was left
    expect(told.did('launch')).toHaveLength(1);
  });

  test('while the person has been asked: the agent is only watched', () => {
    const told = inMidResponse();
    for (let times = 0; told.state.name !== 'asking' && times < 100; times++) told.wait(30, say.drawing);
    expect(told.state.name).toBe('asking');
    const before = deeds(told).length;
    stand(told);
    told.wait(30, say.drawing);
    expect(deeds(told).slice(before)).toEqual([]);
  });
});

test('a person who was asked and comes back after a sleep types into a fresh connection', () => {
  const told = story({ network_resilience: { auto_resume: false }, recovery: { in_place: true } });
  told.tell(say.started);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(1));
  told.tell(say.opened(1));
  told.tell(say.request(1));
  told.tell(say.bytes(1));
  told.tell({ type: 'turn.ended', failure: 'history' });
  told.tell(say.idle);
  told.wait(10, say.idle);
  expect(told.state.name).toBe('asking');
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept' });
  expect(told.did('cut')).toMatchObject([{ connections: [1], why: 'slept' }]);
});

test('what was opened after the last look before the sleep may be from after it, and is left alone', () => {
  const told = inMidResponse();
  const lookedAt = told.state.evidence.clock.at;
  told.skip(0.5);
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.skip(0.5);
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept', lookedAt });
  expect(told.did('cut')).toMatchObject([{ connections: [1] }]);
});

test('so it is when the guard had been stopped just before', () => {
  const told = inMidResponse();
  standstills['a stopped guard']?.(told);
  const lookedAt = told.state.evidence.clock.at;
  told.skip(0.5);
  told.tell(say.opened(2));
  told.tell(say.request(2));
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept', lookedAt });
  expect(told.did('cut')).toMatchObject([{ connections: [1] }]);
});

test('an agent that cannot be stopped is asked about, and resumed when it ends after all', () => {
  const told = inMidResponse((effect) => (effect.type === 'stop' ? [] : obliging(effect)));
  told.wait(14, say.sample(5_000)); // it neither draws nor computes
  expect(told.state.name).toBe('stopping');
  told.skip(hour);
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'stalled' });
  told.wait(100);
  expect(told.state.name).toBe('stopping');
  told.wait(30);
  expect(told.state.name).toBe('unstoppable');
  expect(told.did('exit')).toEqual([]);
  told.tell({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' });
  told.tell({ type: 'stop.done', generation: 1, left: 0 });
  told.wait(10);
  expect(told.did('launch')).toHaveLength(1);
});

test('a sleep is never a reason for more than a cut, even if no cut is possible', () => {
  const told = inMidResponse();
  for (let times = 0; times < 100; times++) {
    told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept' });
    told.tell(say.opened(2 + times));
    told.tell(say.request(2 + times));
    told.wait(20, say.bytes(2 + times), say.drawing);
  }
  expect(told.did('cut').length).toBeGreaterThan(20);
  expect(told.did('nudge', 'stop')).toEqual([]);
});

test.each(withoutSleep)('%s never cuts, whatever the agent is doing', (_name, stand) => {
  const doing: readonly Observation[] = [
    say.idle,
    say.busy(3),
    { type: 'tool.started', toolUseId: 't', tool: 'Bash', risk: 'command' },
    { type: 'screen', facts: { activity: 'compacting' } },
    { type: 'screen', facts: { activity: 'dialog', dialog: 'permission' } },
    { type: 'screen', facts: { activity: 'retrying', retry: { attempt: 1, of: 10 } } },
  ];
  for (const observation of doing) {
    const told = inMidResponse();
    told.tell(observation);
    stand(told);
    told.wait(20, say.drawing);
    expect(deeds(told)).toEqual([]);
    expect(told.did('incident')).toEqual([]);
  }
});

test('a sleep while a command runs: idle connections are cut, and the command keeps running', () => {
  const told = story();
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.opened(1));
  told.tell({ type: 'tool.started', toolUseId: 'a', tool: 'Bash', risk: 'command', limitMs: 600_000 });
  told.tell({ type: 'screen', facts: { activity: 'tool' } });
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept' });
  told.wait(200, say.drawing, say.sample(10, { workers: 1 }));
  expect(deeds(told)).toEqual(['cut']);
  expect(told.did('incident')).toEqual([]);
});

test('a sleep while an answer is awaited: cut, and nothing stronger although the agent takes its time', () => {
  const told = asks(story());
  told.tell({ type: 'clock.gap', gapMs: hour * 1000, cause: 'slept' });
  told.wait(55, say.drawing, say.busy(0));
  expect(deeds(told)).toEqual(['cut']);
});
