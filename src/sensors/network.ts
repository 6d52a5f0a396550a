/**
 * The network as a sense: whether this machine's addresses have changed (checked at a steady pace, which costs
 * microseconds), and whether the API can be reached (only on request).
 */
import { type LocalAddress, type ReadAddresses, readAddresses } from '../tunnel/addresses.ts';
import type { ProbeResult } from '../tunnel/probe.ts';
import { createPoll } from './poll.ts';
import type { Sensor } from './sensor.ts';

export interface NetworkSensor extends Sensor {
  /** Probes once and emits `network.probed`. A request during a probe is answered by that probe. */
  probe(): Promise<void>;
}

export interface NetworkSensorOptions {
  readonly intervalMs: number;
  readonly probe: () => Promise<ProbeResult>;
  readonly addresses?: ReadAddresses;
}

/**
 * The addresses by which this machine can reach others, as one text that can be compared. Link-local addresses come and
 * go with every container, so they are left out.
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
    if (!addresses) return; // this failure may pass; the next check decides
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
