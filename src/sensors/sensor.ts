/**
 * The interface of every sensor. A sensor turns what happens outside into Observations and decides nothing. Any sensor
 * may be missing or fail: the loop reports `sensor.failed`, and the session goes on.
 */
import type { Observation } from '../events.ts';

export type Emit = (observation: Observation) => void;

export interface Sensor {
  readonly name: string;
  /** Begins to observe. Throws or rejects if this sense cannot work here. The guard then goes on without it. */
  start(emit: Emit): void | Promise<void>;
  stop(): void | Promise<void>;
  /** The agent rests, or no longer does. In a rest, nothing is due before the next event. */
  rest?(isAtRest: boolean): void;
}
