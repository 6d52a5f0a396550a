/**
 * What every sense looks like. A sensor turns something outside into Observations and decides nothing.
 * Any sensor may be missing or fail: the loop reports `sensor.failed` and the session goes on.
 */
import type { Observation } from '../events.ts';

export type Emit = (observation: Observation) => void;

export interface Sensor {
  readonly name: string;
  /** Begin to observe. Throws or rejects if this sense cannot work here; the guard then goes on without it. */
  start(emit: Emit): void | Promise<void>;
  stop(): void | Promise<void>;
  /** The agent rests, or does so no more: in a rest nothing is due but what an event tells of. */
  rest?(isAtRest: boolean): void;
}
