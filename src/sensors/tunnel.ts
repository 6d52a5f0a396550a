/** The tunnel as a sense: what its connections do. The tunnel itself runs before and after, the agent needs it. */
import type { Tunnel } from '../tunnel/proxy.ts';
import type { Sensor } from './sensor.ts';

export function tunnelSensor(tunnel: Pick<Tunnel, 'onObservation'>): Sensor {
  let silence: (() => void) | null = null;
  return {
    name: 'tunnel',
    start(emit) {
      silence = tunnel.onObservation(emit);
    },
    stop() {
      silence?.();
      silence = null;
    },
  };
}
