/** Metrics that cannot be sent cost the session nothing else. */
import { expect, test, vi } from 'vitest';
import { openMetrics } from '../../src/metrics/metrics.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { temporaryFolder } from '../support/folder.ts';

vi.mock('node:worker_threads', () => ({
  Worker: class {
    constructor() {
      throw new Error('no thread is left');
    }
  },
}));

test('without a thread for the collector, that is said, and the rest goes on', async () => {
  const told: string[] = [];
  const metrics = openMetrics({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' },
    state: statePaths({ XDG_STATE_HOME: temporaryFolder() }),
    run: 'r',
    guardVersion: '1',
    file: null,
    degraded: (detail) => told.push(detail),
  });
  metrics.session('idle');
  await metrics.close(100);
  expect(told).toEqual(['OTLP metrics: no thread is left']);
});
