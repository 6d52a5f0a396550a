/** The guard's tunnel, alone in a process. Prints its address. */
import { startTunnel } from '../../../src/tunnel/proxy.ts';

const tunnel = await startTunnel({
  upstream: { routeFor: () => null },
  api: process.argv[2] ?? '',
  maxRetries: 1,
  backoff: { initialMs: 100, maxMs: 100 },
});
tunnel.onObservation(() => {});
console.log(tunnel.url);
