/** The agent's connection to the network, through the tunnel if there is one. */
import type { Event } from '../events.ts';
import type { Tunnel } from '../tunnel/proxy.ts';

export interface Wire {
  /** Null: the agent connects directly, and its connections are not seen. */
  readonly tunnel: Tunnel | null;
  /** To be called with every event. */
  follow(event: Event): void;
  /** @returns how many connections were cut */
  cut(which: readonly number[]): number;
  /** The tunnel, for a process that will keep its address. Null: there is no tunnel, or it was handed over before. */
  handOver(): Tunnel | null;
}

export function createWire(tunnel: Tunnel | null): Wire {
  let isHandedOver = false;
  return {
    tunnel,
    follow(event) {
      if (event.type === 'network.changed') tunnel?.networkChanged();
      if (event.type === 'agent.started') tunnel?.agentStarted(event.pid);
    },
    cut: (which) => tunnel?.cut(which) ?? 0,
    handOver() {
      if (isHandedOver) return null;
      isHandedOver = true;
      return tunnel;
    },
  };
}
