/**
 * Anything that can be observed, in any order, and a world that answers effects at once, late, wrongly or never:
 * for properties that must hold whatever happens.
 */
import fc from 'fast-check';
import { table } from '../../src/decide/machine.ts';
import type { GuardState, StateName } from '../../src/decide/state.ts';
import type { Effect } from '../../src/effects.ts';
import type { Event, Observation } from '../../src/events.ts';
import { say } from './story.ts';

type Kind = Observation['type'];
type Of<Type extends Kind> = Extract<Observation, { type: Type }>;

const number = (max: number) => fc.integer({ min: 0, max });
const id = fc.integer({ min: 1, max: 3 });
/** Of the launch before, of this one, of one to come: the first is late, the last cannot be. */
const generation = fc.integer({ min: 1, max: 4 });
const failure = fc.constantFrom('connection', 'overloaded', 'rate-limit', 'history', 'too-long', 'other');
const causes = fc.constantFrom('refused', 'reset', 'dns', 'closed', 'dead', 'cut');
const activity = fc.constantFrom(
  ...([
    'idle',
    'busy',
    'tool',
    'compacting',
    'retrying',
    'waiting',
    'limit',
    'background',
    'unknown',
  ] as const),
);
const dialog = fc.constantFrom(
  'permission',
  'question',
  'trust',
  'resume-choice',
  'limit-menu',
  'transcript',
  'other',
);
const toolUseId = fc.constantFrom('a', 'b');
/** One of each type; a new type of event does not compile until it is here. */
const observations: { readonly [Type in Kind]: fc.Arbitrary<Of<Type>> } = {
  tick: fc.record({ type: fc.constant('tick'), wallMs: number(9e6) }),
  'clock.gap': fc.record({
    type: fc.constant('clock.gap'),
    gapMs: fc.integer({ min: 5_000, max: 86_400_000 }),
    cause: fc.constantFrom('slept', 'stalled'),
  }),
  'agent.started': fc.record({
    type: fc.constant('agent.started'),
    generation,
    pid: id,
    resumed: fc.boolean(),
    prompted: fc.boolean(),
  }),
  'agent.exited': fc.record({
    type: fc.constant('agent.exited'),
    generation,
    code: fc.constantFrom(null, 0, 1, 143),
    signal: fc.constantFrom(null, 'SIGKILL', 'SIGSEGV', 'SIGTERM'),
    outOfMemory: fc.boolean(),
  }),
  'agent.sample': fc.record({
    type: fc.constant('agent.sample'),
    generation,
    cpuMs: number(100_000),
    state: fc.constantFrom('R', 'S', 'T'),
    memoryShare: fc.double({ min: 0, max: 1, noNaN: true }),
    workers: number(1),
    yields: number(9),
  }),
  output: fc.record({ type: fc.constant('output'), bytes: number(900) }),
  input: fc.record({
    type: fc.constant('input'),
    kind: fc.constantFrom('text', 'interrupt', 'escape', 'exit', 'suspend', 'report', 'enter'),
    bytes: number(9),
  }),
  'input.blocked': fc.record({ type: fc.constant('input.blocked'), pendingBytes: number(9) }),
  'input.drained': fc.record({ type: fc.constant('input.drained') }),
  'terminal.blocked': fc.record({ type: fc.constant('terminal.blocked') }),
  'terminal.drained': fc.record({ type: fc.constant('terminal.drained') }),
  'terminal.suspended': fc.record({ type: fc.constant('terminal.suspended') }),
  'terminal.continued': fc.record({ type: fc.constant('terminal.continued') }),
  'terminal.lent': fc.record({ type: fc.constant('terminal.lent') }),
  'terminal.returned': fc.record({ type: fc.constant('terminal.returned') }),
  'program-status': fc.record({
    type: fc.constant('program-status'),
    state: fc.constantFrom('idle', 'working', 'blocked', 'done', 'error'),
  }),
  screen: fc
    .oneof(
      fc.record({ activity, tokens: number(9), thinking: fc.boolean(), draft: fc.boolean() }),
      fc.record({
        activity: fc.constant('idle'),
        failure: fc.record({ kind: failure, fingerprint: toolUseId }),
      }),
      fc.record({ activity: fc.constant('dialog'), dialog }),
    )
    .map((facts) => ({ type: 'screen', facts }) as Of<'screen'>),
  session: fc.record({
    type: fc.constant('session'),
    sessionId: toolUseId,
    transcriptPath: fc.constant(null),
    source: fc.constant('hook'),
  }),
  'session.ended': fc.record({ type: fc.constant('session.ended'), reason: fc.constant('other') }),
  'permission.mode': fc.record({
    type: fc.constant('permission.mode'),
    mode: fc.constantFrom('plan', 'default'),
  }),
  'turn.started': fc.record({ type: fc.constant('turn.started') }),
  'turn.ended': fc.oneof(
    fc.record({ type: fc.constant('turn.ended'), failure }),
    fc.record({ type: fc.constant('turn.ended') }),
  ),
  'request.sent': fc.record({ type: fc.constant('request.sent') }),
  'failure.recorded': fc.record({ type: fc.constant('failure.recorded'), failure }),
  'prompt.recorded': fc.record({ type: fc.constant('prompt.recorded') }),
  'answer.recorded': fc.constantFrom(
    { type: 'answer.recorded' },
    { type: 'answer.recorded', cutShort: true },
    { type: 'answer.recorded', endsTurn: true },
  ),
  'retry.recorded': fc.record({ type: fc.constant('retry.recorded'), inMs: number(600_000) }),
  'tool.started': fc.record({
    type: fc.constant('tool.started'),
    toolUseId,
    tool: fc.constant('Bash'),
    risk: fc.constant('command'),
    delegates: fc.boolean(),
    limitMs: fc.constantFrom(1_000, 600_000),
  }),
  'tool.finished': fc.record({ type: fc.constant('tool.finished'), toolUseId, ok: fc.boolean() }),

  'subagent.ended': fc.record({ type: fc.constant('subagent.ended'), agentId: fc.constantFrom('a', 'b') }),
  'host.asked': fc.record({ type: fc.constant('host.asked') }),
  'compaction.finished': fc.record({ type: fc.constant('compaction.finished') }),
  'person.needed': fc.record({ type: fc.constant('person.needed'), why: fc.constant('permission') }),
  interrupted: fc.record({ type: fc.constant('interrupted') }),
  'connection.opened': fc.record({
    type: fc.constant('connection.opened'),
    id,
    host: fc.constant('h'),
    tookMs: number(9),
  }),
  'connection.bytes': fc
    .tuple(id, fc.boolean())
    .map(([which, up]) =>
      up
        ? { type: 'connection.bytes', id: which, up: 50_000, down: 0, last: 'up' }
        : { type: 'connection.bytes', id: which, up: 0, down: 150, last: 'down' },
    ),
  'connection.closed': fc.record({
    type: fc.constant('connection.closed'),
    id,
    by: fc.constantFrom('agent', 'peer', 'guard'),
    cause: causes,
  }),
  'connection.waiting': fc.record({
    type: fc.constant('connection.waiting'),
    id,
    host: fc.constant('h'),
    cause: causes,
    attempt: id,
    of: fc.constantFrom(null, 5),
    nextInMs: number(30_000),
  }),
  'connection.failed': fc.record({
    type: fc.constant('connection.failed'),
    id,
    host: fc.constant('h'),
    cause: causes,
  }),
  'host.known': fc.record({
    type: fc.constant('host.known'),
    firstByteMs: number(600_000),
    streamMs: number(600_000),
    deadlineMs: number(600_000),
  }),
  'network.probed': fc.record({
    type: fc.constant('network.probed'),
    reachable: fc.boolean(),
    latencyMs: fc.constant(null),
  }),
  'network.changed': fc.record({ type: fc.constant('network.changed') }),
  'cut.done': fc.record({ type: fc.constant('cut.done'), count: number(3) }),
  'nudge.done': fc.record({
    type: fc.constant('nudge.done'),
    outcome: fc.constantFrom('submitted', 'not-idle', 'no-echo', 'person-typing', 'dialog', 'agent-gone'),
  }),
  'choose.done': fc.record({ type: fc.constant('choose.done'), ok: fc.boolean() }),
  'stop.refused': fc.record({ type: fc.constant('stop.refused'), detail: fc.constant('x') }),
  'stop.done': fc.record(
    {
      type: fc.constant('stop.done'),
      generation,
      left: number(1),
      endedByItself: fc.constant(true),
    },
    { requiredKeys: ['type', 'generation', 'left'] },
  ),
  saved: fc.record({ type: fc.constant('saved'), ok: fc.boolean(), unknownCommands: number(1) }),
  'guard.signalled': fc.record({
    type: fc.constant('guard.signalled'),
    signal: fc.constantFrom('SIGTERM', 'SIGHUP'),
  }),
  repaired: fc.record({ type: fc.constant('repaired'), ok: fc.boolean(), repairs: number(3) }),
  'launch.failed': fc.record({ type: fc.constant('launch.failed'), detail: fc.constant('x') }),
  'relaunch.impossible': fc.record({ type: fc.constant('relaunch.impossible'), detail: fc.constant('x') }),
  delivered: fc.record({ type: fc.constant('delivered') }),
  command: fc.record({
    type: fc.constant('command'),
    command: fc.constantFrom('nudge', 'relaunch', 'pause', 'continue'),
  }),
  'sensor.failed': fc.record({
    type: fc.constant('sensor.failed'),
    sensor: fc.constant('hooks'),
    detail: fc.constant('x'),
  }),
};

/** What ends a run soon or is the world's own to say comes more rarely than the rest. */
const rare: readonly Kind[] = [
  'agent.started',
  'agent.exited',
  'stop.done',
  'saved',
  'launch.failed',
  'relaunch.impossible',
  'delivered',
  'command',
];

const anything: fc.Arbitrary<Observation> = fc.oneof(
  ...(Object.keys(observations) as Kind[]).map((kind) => ({
    weight: rare.includes(kind) ? 1 : 4,
    arbitrary: observations[kind] as fc.Arbitrary<Observation>,
  })),
);

/** What stood in the way of judging is over, and a turn asks the API. `id`: of its connection. */
export function turnOn(id: number, begun: boolean): readonly Observation[] {
  return [
    { type: 'terminal.continued' },
    { type: 'terminal.returned' },
    { type: 'terminal.drained' },
    { type: 'input.drained' },
    { type: 'compaction.finished' },
    { type: 'program-status', state: 'working' },
    { type: 'turn.started' },
    say.busy(1),
    say.opened(id),
    say.request(id),
    ...(begun ? [say.bytes(id)] : []),
  ];
}

/** Things that happen together, and how long it stays like that, in seconds; while `draws` the agent draws. */
export interface Scene {
  readonly told: readonly Observation[];
  readonly seconds: number;
  readonly draws: boolean;
}

const turns = fc.tuple(id, fc.boolean()).map(([which, begun]) => turnOn(which, begun));
const failed: readonly Observation[] = [
  { type: 'turn.ended', failure: 'connection' },
  { type: 'program-status', state: 'idle' },
  say.idle,
];
const troubles: fc.Arbitrary<readonly Observation[]> = fc.oneof(
  turns,
  turns.map((told) => [...told, ...failed]),
  turns.map((told) => [
    ...told,
    { type: 'connection.closed', id: 1, by: 'peer', cause: 'reset' } as const,
    ...failed,
  ]),
  turns.map((told) => [...told, { type: 'screen', facts: { activity: 'compacting' } } as const]),
);

/** Anything at all, and as often as that the troubles that a guard is for. */
export const scenes: fc.Arbitrary<Scene> = fc.oneof(
  fc.record({
    told: anything.map((observation) => [observation]),
    seconds: fc.constantFrom(0, 0, 1, 5, 40, 130, 700, 3_600),
    draws: fc.boolean(),
  }),
  fc.record({
    told: troubles,
    seconds: fc.constantFrom(10, 40, 130, 700),
    draws: fc.constantFrom(true, true, false),
  }),
);

/** Counts which cells of the table of state × event were reached. */
export function coverage() {
  const reached = new Set<string>();
  return {
    note: (state: GuardState, event: Event) =>
      reached.add(`${state.name} × ${event.type in table[state.name] ? event.type : 'otherwise'}`),
    /** Cells that no event came to. */
    missed: () =>
      (Object.keys(table) as StateName[])
        .flatMap((name) => Object.keys(table[name]).map((type) => `${name} × ${type}`))
        .filter((cell) => !reached.has(cell)),
  };
}

/** The answers of a world to an effect: `luck` 0…9, the lower the worse. */
export function answers(effect: Effect, luck: number): readonly Observation[] {
  switch (effect.type) {
    case 'probe':
      return luck === 0 ? [] : [{ type: 'network.probed', reachable: luck > 2, latencyMs: null }];
    case 'cut':
      return [
        ...effect.connections.map(
          (each) => ({ type: 'connection.closed', id: each, by: 'guard', cause: 'cut' }) as const,
        ),
        { type: 'cut.done', count: effect.connections.length },
      ];
    case 'nudge': {
      const outcomes = ['not-idle', 'no-echo', 'dialog', 'person-typing', 'person-typing'] as const;
      return [{ type: 'nudge.done', outcome: outcomes[luck] ?? 'submitted' }];
    }
    case 'choose':
      return [{ type: 'choose.done', ok: luck > 3 }];
    case 'stop':
      if (luck === 1) return [{ type: 'stop.refused', detail: 'x' }];
      if (luck === 2) return [{ type: 'saved', ok: true }]; // and it does not end
      return [
        { type: 'saved', ok: luck > 0, unknownCommands: luck % 2 },
        ...(luck > 0
          ? ([
              { type: 'agent.exited', generation: effect.generation, code: null, signal: 'SIGKILL' },
              { type: 'stop.done', generation: effect.generation, left: 0 },
            ] as const)
          : []),
      ];
    case 'launch':
      if (luck === 0) return [{ type: 'launch.failed', detail: 'x' }];
      if (luck === 2) return []; // its program is being replaced, for as long as it takes
      return [
        {
          type: 'agent.started',
          generation: effect.generation,
          pid: 100,
          resumed: effect.resume,
          prompted: effect.prompt,
        },
        ...(luck === 1
          ? ([
              { type: 'agent.exited', generation: effect.generation, code: null, signal: 'SIGKILL' },
            ] as const)
          : []),
      ];
    default:
      return [];
  }
}
