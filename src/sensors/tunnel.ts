/**
 * The tunnel as a sense: what the agent's connections to the API do. The agent talks to other hosts as well (updates,
 * remote MCP servers), and others talk to the API (an agent that a hook has started): their silence is none of the
 * guard's business. The tunnel itself runs before and after.
 */
import type { Tunnel } from '../tunnel/proxy.ts';
import type { Sensor } from './sensor.ts';

/** @param apiHost `host:port` of the API, as the tunnel names it */
export function tunnelSensor(tunnel: Pick<Tunnel, 'onObservation'>, apiHost: string): Sensor {
  let silence: (() => void) | null = null;
  return {
    name: 'tunnel',
    start(emit) {
      const ids = new Set<number>();
      silence = tunnel.onObservation((observation) => {
        if ('host' in observation && observation.host === apiHost && observation.owner !== 'other')
          ids.add(observation.id);
        if (!('id' in observation) || ids.has(observation.id)) emit(observation);
        if (observation.type === 'connection.closed' || observation.type === 'connection.failed') {
          ids.delete(observation.id);
        }
      });
    },
    stop() {
      silence?.();
      silence = null;
    },
  };
}
