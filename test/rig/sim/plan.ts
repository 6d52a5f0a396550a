/**
 * What one seed draws for a whole run: which senses the guard has, and which kinds of faults come how often. Swarm:
 * each kind is on in half of the runs, so that some runs see few kinds and many of each. What is healthy but odd is
 * always on.
 */
import { type Chance, chance } from '../chance.ts';

/** Kinds of faults, with the range from which the chance per turn (or, for the machine's, per hour) is drawn. */
export const faultKinds = {
  'no-first-byte': { per: 'request', low: 0.02, high: 0.4 },
  'dead-mid-answer': { per: 'request', low: 0.02, high: 0.4 },
  reset: { per: 'request', low: 0.02, high: 0.4 },
  'http-error': { per: 'request', low: 0.02, high: 0.3 },
  overloaded: { per: 'request', low: 0.01, high: 0.2 },
  'cut-short': { per: 'request', low: 0.01, high: 0.2 },
  'silent-end': { per: 'request', low: 0.01, high: 0.2 },
  'never-asks': { per: 'turn', low: 0.01, high: 0.2 },
  killed: { per: 'turn', low: 0.01, high: 0.2 },
  stuck: { per: 'turn', low: 0.01, high: 0.2 },
  stopped: { per: 'turn', low: 0.01, high: 0.1 },
  'lost-tool': { per: 'turn', low: 0.01, high: 0.1 },
  'stuck-compaction': { per: 'turn', low: 0.01, high: 0.2 },
  'crashed-screen': { per: 'turn', low: 0.01, high: 0.1 },
  'damaged-history': { per: 'turn', low: 0.01, high: 0.1 },
  leak: { per: 'turn', low: 0.01, high: 0.1 },
  'out-of-memory': { per: 'turn', low: 0.01, high: 0.1 },
  'black-hole': { per: 'hour', low: 1, high: 12 },
  refused: { per: 'hour', low: 1, high: 12 },
  'no-route': { per: 'hour', low: 1, high: 12 },
  sleep: { per: 'hour', low: 0.5, high: 3 },
  stall: { per: 'hour', low: 0.5, high: 6 },
} as const;
export type FaultKind = keyof typeof faultKinds;
export const faultNames = Object.keys(faultKinds) as readonly FaultKind[];

export interface Senses {
  readonly tunnel: boolean;
  readonly hooks: boolean;
  readonly status: boolean;
  readonly record: boolean;
  /** The record also tells of each request. */
  readonly requests: boolean;
}

export interface Plan {
  readonly seed: number;
  readonly senses: Senses;
  /** The host bridges silence with pings, as the vendor's own does. */
  readonly pings: boolean;
  /** Its answers say why they stop. */
  readonly namesStops: boolean;
  /** After a stream was lost, the agent asks for an answer in one piece. */
  readonly asksWhole: boolean;
  /** A message is reported as it enters the queue. */
  readonly reportsQueue: boolean;
  /** What hooks have written is looked for every few seconds only. */
  readonly readsHooksLate: boolean;
  /** Telemetry and other side requests per turn, at most. */
  readonly sideRequests: number;
  /** Slow hooks of the person's: how many seconds they may take; 0: there are none. */
  readonly hookSeconds: number;
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  chance(concern: string): Chance;
}

export interface PlanOptions {
  /** No fault at all: nobody is to be touched. */
  readonly healthy?: boolean;
  /** Only these kinds, each at its highest rate. */
  readonly only?: readonly FaultKind[];
}

export function planOf(seed: number, { healthy = false, only }: PlanOptions = {}): Plan {
  const draw = chance(seed, 'plan');
  const rates: Partial<Record<FaultKind, number>> = {};
  for (const kind of faultNames) {
    const { low, high } = faultKinds[kind];
    const isOn = draw.happens(0.5);
    const rate = low + (high - low) * (draw.between(0, 1_000) / 1_000);
    if (only?.includes(kind)) rates[kind] = high;
    else if (isOn && !healthy && only === undefined) rates[kind] = rate;
  }
  const pings = draw.happens(0.8);
  return {
    seed,
    senses: {
      tunnel: draw.happens(0.8),
      hooks: draw.happens(0.8),
      status: draw.happens(0.7),
      record: draw.happens(0.8),
      requests: draw.happens(0.7),
    },
    pings,
    namesStops: pings || draw.happens(0.5),
    asksWhole: draw.happens(0.3),
    reportsQueue: chance(seed, 'queue').happens(0.5),
    readsHooksLate: chance(seed, 'late hooks').happens(0.1),
    sideRequests: draw.between(0, 3),
    hookSeconds: draw.happens(0.3) ? draw.magnitude(1, 200) : 0,
    rates,
    chance: (concern) => chance(seed, concern),
  };
}
