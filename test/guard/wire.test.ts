/** What the rest of the guard has to know about a tunnel, and only once. */
import { expect, onTestFinished, test } from 'vitest';
import { createWire } from '../../src/guard/wire.ts';
import { startTunnel } from '../../src/tunnel/proxy.ts';

async function tunnel() {
  const opened = await startTunnel({
    api: '127.0.0.1:9',
    upstream: { routeFor: () => null },
    maxRetries: 0,
    backoff: { initialMs: 1, maxMs: 1 },
  });
  onTestFinished(() => opened.stop());
  return opened;
}

test('only one process keeps its address, however often it is asked for', async () => {
  const opened = await tunnel();
  const wire = createWire(opened);
  expect(wire.handOver()).toBe(opened);
  expect(wire.handOver()).toBeNull();
});

test('without a tunnel there is nothing to keep and nothing to cut', () => {
  const wire = createWire(null);
  expect(wire.handOver()).toBeNull();
  expect(wire.cut([1, 2])).toBe(0);
});
