import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { tunnelSensor } from '../../src/sensors/tunnel.ts';

test('reports the API’s connections and the tunnel itself, from start to stop', () => {
  let tell: (observation: Observation) => void = () => {};
  const sensor = tunnelSensor({
    onObservation(listener) {
      tell = listener;
      return () => {
        tell = () => {};
      };
    },
    api: { has: (host) => host === 'api.test:443', found: () => null },
  });
  const seen: Observation[] = [];
  void sensor.start((observation) => seen.push(observation));
  const ofApi: Observation[] = [
    { type: 'connection.opened', id: 1, host: 'api.test:443', tookMs: 5 },
    { type: 'connection.bytes', id: 1, up: 9, down: 0, last: 'up' },
    { type: 'connection.closed', id: 1, by: 'peer', cause: 'closed' },
  ];
  const ofTunnel: Observation = { type: 'sensor.failed', sensor: 'tunnel', detail: 'EMFILE' };
  const others: Observation[] = [
    { type: 'connection.opened', id: 2, host: 'updates.test:443', tookMs: 5 },
    { type: 'connection.bytes', id: 2, up: 9, down: 0, last: 'up' },
    { type: 'connection.failed', id: 3, host: 'updates.test:443', cause: 'dns' },
    // Another process at the same API, such as an agent that a hook has started.
    { type: 'connection.opened', id: 4, host: 'api.test:443', tookMs: 5, owner: 'other' },
    { type: 'connection.bytes', id: 4, up: 9, down: 0, last: 'up' },
    { type: 'connection.closed', id: 4, by: 'peer', cause: 'closed' },
  ];
  for (const observation of [...ofApi, ...others, ofTunnel]) tell(observation);
  expect(seen).toEqual([...ofApi, ofTunnel]);
  void sensor.stop();
  tell(ofTunnel);
  expect(seen).toHaveLength(4);
});

test('reports connections to a host that turns out to be the API’s, with what they have asked', () => {
  let tell: (observation: Observation) => void = () => {};
  const hosts = new Set<string>();
  const sensor = tunnelSensor({
    onObservation(listener) {
      tell = listener;
      return () => {};
    },
    api: { has: (host) => hosts.has(host), found: () => null },
  });
  const seen: Observation[] = [];
  void sensor.start((observation) => seen.push(observation));
  const opened = (id: number, host: string): Observation => ({
    type: 'connection.opened',
    id,
    host,
    tookMs: 5,
  });
  const bytes = (id: number, last: 'up' | 'down'): Observation => ({
    type: 'connection.bytes',
    id,
    up: last === 'up' ? 60_000 : 0,
    down: last === 'down' ? 900 : 0,
    last,
  });
  const first = [opened(1, 'gateway:443'), bytes(1, 'up'), bytes(1, 'down')];
  const spare = opened(2, 'gateway:443');
  const gone = [opened(3, 'gateway:443'), { type: 'connection.closed', id: 3, by: 'peer', cause: 'closed' }];
  const elsewhere = [opened(4, 'tools:443'), bytes(4, 'up')];
  for (const each of [...first, spare, ...gone, ...elsewhere]) tell(each as Observation);
  expect(seen).toEqual([]);
  hosts.add('gateway:443');
  tell(bytes(1, 'down'));
  expect(seen).toEqual([first[0], first[1], spare, bytes(1, 'down')]);
  const next = [bytes(1, 'down'), bytes(2, 'up'), opened(5, 'gateway:443')];
  for (const each of next) tell(each);
  expect(seen.slice(4)).toEqual(next);
});
