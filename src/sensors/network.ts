/**
 * The network as a sense: whether this machine's addresses have changed (asked for at a steady pace, it costs
 * microseconds), and whether the API can be reached (only when somebody wants to know).
 */
import { type LocalAddress, type ReadAddresses, readAddresses } from '../tunnel/addresses.ts';
import type { ProbeResult } from '../tunnel/probe.ts';
import { createPoll } from './poll.ts';
import type { Sensor } from './sensor.ts';

export interface NetworkSensor extends Sensor {
  /** Probes once and emits `network.probed`. Probes wanted while one runs are that one. */
  probe(): Promise<void>;
}

export interface NetworkSensorOptions {
  readonly intervalMs: number;
  readonly probe: () => Promise<ProbeResult>;
  readonly addresses?: ReadAddresses;
}

/**
 * Addresses by which this machine can reach others, as one comparable text. Link-local ones come and go with every
 * container and say nothing.
 */
function fingerprint(addresses: readonly LocalAddress[]): string {
  return addresses
    .filter(({ internal, address }) => !internal && !/^(fe[89ab]|169\.254\.)/i.test(address))
    .map((each) => `${each.interface} ${each.address}`)
    .sort()
    .join('\n');
}

export function networkSensor(options: NetworkSensorOptions): NetworkSensor {
  const read = options.addresses ?? readAddresses;
  let last: string | null = null;
  let emit: Parameters<Sensor['start']>[0] = () => {};
  let probing: Promise<void> | null = null;
  const poll = createPoll(() => {
    const addresses = read();
    if (!addresses) return; // a passing failure: the next look decides
    const next = fingerprint(addresses);
    if (next !== last) emit({ type: 'network.changed' });
    last = next;
  }, options.intervalMs);
  return {
    name: 'network',
    start(emitter) {
      emit = emitter;
      const first = read();
      if (!first) throw new Error('the addresses of this machine cannot be read');
      last = fingerprint(first);
      poll.start();
    },
    rest: poll.rest,
    stop() {
      poll.stop();
      emit = () => {};
    },
    probe() {
      probing ??= options.probe().then(({ reachable, latencyMs }) => {
        probing = null;
        emit({ type: 'network.probed', reachable, latencyMs });
      });
      return probing;
    },
  };
}
