import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { networkSensor } from '../../src/sensors/network.ts';
import type { LocalAddress } from '../../src/tunnel/addresses.ts';
import type { ProbeResult } from '../../src/tunnel/probe.ts';

const loopback = { interface: 'lo', address: '127.0.0.1', internal: true };
const wifi = { interface: 'wlan0', address: '192.168.1.5', internal: false };
const container = { interface: 'veth1', address: 'fe80::1', internal: false };
const tunnelled = { interface: 'tun0', address: '10.8.0.2', internal: false };

let addresses: readonly LocalAddress[] | null;
let seen: Observation[];
const probe = vi.fn<() => Promise<ProbeResult>>();
const sensor = networkSensor({ intervalMs: 1_000, probe, addresses: () => addresses });

beforeEach(() => {
  vi.useFakeTimers();
  addresses = [loopback, wifi];
  seen = [];
  probe.mockReset();
});
afterEach(() => {
  void sensor.stop();
  vi.useRealTimers();
});

test.each([
  ['nothing', [loopback, wifi], 0],
  ['another order', [wifi, loopback], 0],
  ['a container’s link-local address', [loopback, wifi, container], 0],
  ['a loopback alias', [loopback, wifi, { ...loopback, address: '127.0.0.2' }], 0],
  ['a VPN', [loopback, wifi, tunnelled], 1],
  ['no network', [loopback], 1],
  ['another network', [loopback, { ...wifi, address: '10.1.1.7' }], 1],
  ['unreadable for a moment', null, 0],
])('%s', (_, next, changes) => {
  void sensor.start((observation) => seen.push(observation));
  addresses = next;
  vi.advanceTimersByTime(5_000);
  expect(seen.filter(({ type }) => type === 'network.changed')).toHaveLength(changes);
});

test('cannot start where the addresses cannot be read', () => {
  addresses = null;
  expect(() => sensor.start(() => {})).toThrow('addresses');
});

test('probes only when asked, one at a time', async () => {
  let answer: (result: ProbeResult) => void = () => {};
  probe.mockImplementation(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  void sensor.start((observation) => seen.push(observation));
  vi.advanceTimersByTime(5_000);
  expect(probe).not.toHaveBeenCalled();
  const both = [sensor.probe(), sensor.probe()];
  answer({ reachable: true, latencyMs: 12, cause: null });
  await Promise.all(both);
  expect(probe).toHaveBeenCalledTimes(1);
  expect(seen).toEqual([{ type: 'network.probed', reachable: true, latencyMs: 12 }]);
  const again = sensor.probe();
  answer({ reachable: false, latencyMs: null, cause: 'refused' });
  await again;
  expect(seen.at(-1)).toEqual({ type: 'network.probed', reachable: false, latencyMs: null });
});
