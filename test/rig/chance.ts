/** Chance by seed: each concern has a stream of its own, so that a change to one leaves the others as they were. */
import { seededRandom, seedOf } from '../../src/drill/seeded-random.ts';

export interface Chance {
  /** True with this probability. */
  happens(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number;
  /** Like `between`, but each order of magnitude is as likely as the next. */
  magnitude(low: number, high: number): number;
  /** The value whose share of all weights is hit. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T;
}

export function chance(seed: number, concern: string): Chance {
  const random = seededRandom(seedOf(`${seed}/${concern}`));
  return {
    happens: (probability) => random() < probability,
    pick: (from) => from[Math.floor(random() * from.length)] as never,
    between: (low, high) => Math.round(low + random() * (high - low)),
    magnitude: (low, high) => Math.round(low * (high / low) ** random()),
    weighted(choices) {
      let at = random() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, value] of choices) {
        at -= weight;
        if (at < 0) return value;
      }
      return choices[0]?.[1] as never;
    },
  };
}
