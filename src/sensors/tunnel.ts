/**
 * The tunnel as a sense: what the agent's connections to the API do. The agent also talks to other hosts (updates,
 * remote MCP servers), and other processes talk to the API (an agent that a hook has started). Their silence means
 * nothing to the guard. The tunnel starts before this sense and outlives it.
 */
import type { Tunnel } from '../tunnel/proxy.ts';
import type { Sensor } from './sensor.ts';

/** @param apiHost `host:port` of the API, as the tunnel names it */
export function tunnelSensor(tunnel: Pick<Tunnel, 'onObservation'>, apiHost: string): Sensor {
  let unsubscribe: (() => void) | null = null;
  return {
    name: 'tunnel',
    start(emit) {
      const ids = new Set<number>();
      unsubscribe = tunnel.onObservation((observation) => {
        if ('host' in observation && observation.host === apiHost && observation.owner !== 'other')
          ids.add(observation.id);
        if (!('id' in observation) || ids.has(observation.id)) emit(observation);
        if (observation.type === 'connection.closed' || observation.type === 'connection.failed') {
          ids.delete(observation.id);
        }
      });
    },
    stop() {
      unsubscribe?.();
      unsubscribe = null;
    },
  };
}
