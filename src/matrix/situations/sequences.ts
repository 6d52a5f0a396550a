/** Troubles that come together, one after the other, or at the very moment at which somebody acts. */
import type { Situation } from '../situation.ts';

export const sequenceSituations = {} as const satisfies Record<string, Situation>;
