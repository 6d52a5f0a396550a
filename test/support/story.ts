/**
 * Tells the pure core a story and notes what it wants done: events with seconds, no clock, no processes.
 * Ticks are filled in once a second, as the loop does it.
 */
import type { Config } from '../../src/config/schema.ts';
import { defaults } from '../../src/config/schema.ts';
import { step } from '../../src/decide/machine.ts';
import type { GuardState } from '../../src/decide/state.ts';
import { initialState } from '../../src/decide/state.ts';
import type { Effect } from '../../src/effects.ts';
import type { Observation } from '../../src/events.ts';

type Patch = { readonly [Section in keyof Config]?: Partial<Config[Section]> };

export function configWith(patch: Patch = {}): Config {
  return Object.fromEntries(
    Object.entries(defaults).map(([section, keys]) => [
      section,
      { ...keys, ...patch[section as keyof Config] },
    ]),
  ) as unknown as Config; // same shape as the defaults, by construction
}

export interface Story {
  readonly state: GuardState;
  readonly effects: readonly { readonly atS: number; readonly effect: Effect }[];
  /** Feeds an observation now. */
  tell(observation: Observation): void;
  /** Lets time pass, with ticks; `each` observations come along every second. */
  wait(seconds: number, ...each: readonly Observation[]): void;
  /** Lets time pass in which the guard has no turn. */
  skip(seconds: number): void;
  /** Effects of these types so far. */
  did<Type extends Effect['type']>(...types: readonly Type[]): readonly Extract<Effect, { type: Type }>[];
}

/** The vendor's host, as it is known to a guard that has met it. */
const known: Observation = { type: 'host.known', firstByteMs: 0, streamMs: 0, pings: true, namesStops: true };

/**
 * Answers every effect as a world would in which everything works, unless `world` says otherwise.
 * @param host what is known of the API's host at the beginning; null: nothing
 */
export function story(
  patch: Patch = {},
  world: (effect: Effect) => readonly Observation[] = obliging,
  host: Observation | null = known,
): Story {
  const config = configWith(patch);
  const effects: { atS: number; effect: Effect }[] = [];
  let state = initialState(0);
  let now = 0;
  const tell = (observation: Observation): void => {
    const result = step(state, { ...observation, at: now }, config);
    state = result.state;
    for (const effect of result.effects) {
      effects.push({ atS: now / 1000, effect });
      for (const answer of world(effect)) tell(answer);
    }
  };
  if (host) tell(host);
  return {
    get state() {
      return state;
    },
    effects,
    tell,
    wait(seconds, ...each) {
      for (let passed = 0; passed < seconds; passed++) {
        now += 1000;
        for (const observation of each) tell(observation);
        tell({ type: 'tick' });
      }
    },
    skip(seconds) {
      now += seconds * 1000;
    },
    did: (...types) =>
      effects
        .map(({ effect }) => effect)
        .filter((effect) => (types as readonly string[]).includes(effect.type)) as never,
  };
}

export function obliging(effect: Effect): readonly Observation[] {
  switch (effect.type) {
    case 'probe':
      return [{ type: 'network.probed', reachable: true, latencyMs: 5 }];
    case 'cut':
      return [
        ...effect.connections.map(
          (id) => ({ type: 'connection.closed', id, by: 'guard', cause: 'cut' }) as const,
        ),
        { type: 'cut.done', count: effect.connections.length },
      ];
    case 'nudge':
      return [{ type: 'nudge.done', outcome: 'submitted' }];
    case 'stop':
      return [
        { type: 'saved', ok: true },
        { type: 'agent.exited', generation: effect.generation, code: null, signal: 'SIGKILL' },
        { type: 'stop.done', generation: effect.generation, left: 0 },
      ];
    case 'launch':
      return [
        {
          type: 'agent.started',
          generation: effect.generation,
          pid: 100,
          resumed: true,
          prompted: effect.prompt,
        },
      ];
    default:
      return [];
  }
}

/** An agent starts, and its first turn begins, as hooks and the screen tell it. */
export function firstTurn(told: Story = story(), tokens = 0): Story {
  told.tell(say.started);
  told.tell(say.idle);
  told.tell({ type: 'turn.started' });
  told.tell(say.busy(tokens));
  return told;
}

/** The same, and its request goes up. */
export function asks(told: Story = story(), tokens = 0): Story {
  firstTurn(told, tokens);
  told.tell(say.opened(1));
  told.tell(say.request(1));
  return told;
}

/** Common sentences. */
export const say = {
  started: { type: 'agent.started', generation: 1, pid: 99, resumed: false, prompted: false },
  idle: { type: 'screen', facts: { activity: 'idle' } },
  busy: (tokens: number, more: object = {}): Observation => ({
    type: 'screen',
    facts: { activity: 'busy', tokens, ...more },
  }),
  drawing: { type: 'output', bytes: 300 },
  opened: (id: number): Observation => ({ type: 'connection.opened', id, host: 'api.example', tookMs: 20 }),
  request: (id: number): Observation => ({ type: 'connection.bytes', id, up: 50_000, down: 0, last: 'up' }),
  bytes: (id: number): Observation => ({ type: 'connection.bytes', id, up: 0, down: 150, last: 'down' }),
  sample: (cpuMs: number, more: object = {}): Observation => ({
    type: 'agent.sample',
    generation: 1,
    cpuMs,
    state: 'S',
    memoryShare: 0.01,
    workers: 0,
    ...more,
  }),
} as const satisfies Record<string, Observation | ((...values: never[]) => Observation)>;

/**
 * What the tunnel reports of a connection.
 * @param at moments on the monotonic clock, in milliseconds
 * @param bytes since the last report
 */
export const reported = (
  id: number,
  at: { request: number; answer?: number; down?: number },
  bytes: { up?: number; down?: number },
): Observation => ({
  type: 'connection.bytes',
  id,
  up: bytes.up ?? 0,
  down: bytes.down ?? 0,
  last: bytes.down ? 'down' : 'up',
  stage: at.answer === undefined ? 'request' : 'answer',
  lastUpAt: at.request,
  requestAt: at.request,
  ...(at.down !== undefined && { lastDownAt: at.down }),
  ...(at.answer !== undefined && { answerAt: at.answer }),
});
