import { expect, test } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { tunnelSensor } from '../../src/sensors/tunnel.ts';

test('reports the API’s connections and the tunnel itself, from start to stop', () => {
  let tell: (observation: Observation) => void = () => {};
  const sensor = tunnelSensor(
    {
      onObservation(listener) {
        tell = listener;
        return () => {
          tell = () => {};
        };
      },
    },
    'api.test:443',
  );
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
