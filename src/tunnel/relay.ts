/**
 * Keeps the tunnel's address alive for processes that outlive the guard. Processes that were started with the address
 * (the agent's background service, a server that a hook has started) would otherwise lose their network.
 *
 * This is a program of its own. It shares the listening socket with the guard, but does not answer while the guard
 * lives. Once the guard is gone, in whatever way, it serves a tunnel that nobody watches. It ends when no process is
 * left that may use the address. It reads one JSON document (`RelayOrder`) from standard input; the end of the input
 * means that the guard is gone.
 */
import { rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isAlive, type ProcessIdentity } from '../platform/process-identity.ts';
import { startTunnel, type TunnelOptions } from './proxy.ts';
import { readUpstream } from './upstream.ts';
import { needsAddress } from './users.ts';

export interface RelayOrder extends Omit<TunnelOptions, 'upstream' | 'lookup' | 'takeOver'> {
  /** The tunnel's. */
  readonly url: string;
  /** The person's own proxy variables. */
  readonly proxy: Readonly<Record<string, string | undefined>>;
  /** A process with one of these texts in its environment or on its command line may use the address. */
  readonly traces: readonly string[];
  /** Processes that may use the address although they have none of these texts. */
  readonly users: readonly ProcessIdentity[];
  /** The folder into which the agent's hooks write for the guard. */
  readonly spool: string;
}

/** The file descriptor of the inherited listening socket. */
const inheritedFd = 3;
/** Time between two looks for processes that may use the address. */
const lookMs = 10_000;

async function main(): Promise<void> {
  process.on('SIGHUP', () => {}); // comes when the guard's terminal closes
  const order = JSON.parse(await text(process.stdin)) as RelayOrder;
  const { url, proxy, traces, users, spool, ...settings } = order;
  await rm(spool, { recursive: true, force: true }); // nobody reads it any more, and it would keep growing
  const isNeeded = () => users.some(isAlive) || needsAddress(traces);
  const reading = readUpstream(proxy);
  if (reading.kind !== 'ok' || !isNeeded()) return;
  const takeOver = { fd: inheritedFd, url };
  const tunnel = await startTunnel({ ...settings, upstream: reading.upstream, takeOver });
  const timer = setInterval(() => {
    if (isNeeded()) return;
    clearInterval(timer);
    void tunnel.stop();
  }, lookMs);
}

await main();
