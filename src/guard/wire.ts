/** The agent's way to the network: through our tunnel where there is one. */
import type { Event } from '../events.ts';
import type { Tunnel } from '../tunnel/proxy.ts';

export interface Wire {
  /** Null: the agent goes its own way, and nobody sees its connections. */
  readonly tunnel: Tunnel | null;
  /** Every event. */
  follow(event: Event): void;
  /** @returns how many connections there were to cut */
  cut(which: readonly number[]): number;
  /** The tunnel, for who shall keep its address when we are gone; null where there is none, or somebody does so already. */
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
