/**
 * The tunnel as a sense: what the agent's connections to the API do. The agent also talks to other hosts (updates,
 * remote MCP servers), and other processes talk to the API (an agent that a hook has started). Their silence means
 * nothing to the guard. The tunnel starts before this sense and outlives it.
 */
import type { Observation } from '../events.ts';
import type { Tunnel } from '../tunnel/proxy.ts';
import type { Sensor } from './sensor.ts';

type Opened = Extract<Observation, { type: 'connection.opened' }>;

/** A connection to a host that may turn out to be the API's, and its latest request. */
interface Other {
  readonly opened: Opened;
  readonly asked: Observation | null;
}

export function tunnelSensor(tunnel: Pick<Tunnel, 'onObservation' | 'api'>): Sensor {
  let unsubscribe: (() => void) | null = null;
  return {
    name: 'tunnel',
    start(emit) {
      const ids = new Set<number>();
      const others = new Map<number, Other>();

      function find(observation: Observation): void {
        if ('host' in observation && observation.owner !== 'other') {
          if (tunnel.api.has(observation.host)) ids.add(observation.id);
          else if (observation.type === 'connection.opened')
            others.set(observation.id, { opened: observation, asked: null });
        }
        if (observation.type === 'connection.bytes' && others.has(observation.id)) adopt();
      }

      /** What became of the connections to a host until now is told later, at once. */
      function adopt(): void {
        for (const [id, { opened, asked }] of others) {
          if (!tunnel.api.has(opened.host)) continue;
          others.delete(id);
          ids.add(id);
          emit(opened);
          if (asked !== null) emit(asked);
        }
      }

      unsubscribe = tunnel.onObservation((observation) => {
        find(observation);
        if (!('id' in observation) || ids.has(observation.id)) emit(observation);
        if (observation.type === 'connection.bytes' && observation.up > 0) {
          const other = others.get(observation.id);
          if (other) others.set(observation.id, { ...other, asked: observation });
        }
        if (observation.type === 'connection.closed' || observation.type === 'connection.failed') {
          ids.delete(observation.id);
          others.delete(observation.id);
        }
      });
    },
    stop() {
      unsubscribe?.();
      unsubscribe = null;
    },
  };
}
