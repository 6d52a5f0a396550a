/**
 * Keeps the tunnel's address alive for processes that outlive the guard. Those that were started with the address (the
 * agent's background service, a server that a hook has started) would otherwise have no network any more.
 *
 * This is a program of its own. It shares the listening socket with the guard, but does not answer while the guard
 * lives. Once the guard is gone, in whatever way, it answers with a tunnel that nobody watches. It ends when nobody is
 * left who may ask. Standard input brings one JSON document (`RelayOrder`); its end means that the guard is gone.
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
  /** Texts in the environment or on the command line of those who may ask. */
  readonly traces: readonly string[];
  /** Processes that may ask although they have none of these texts. */
  readonly users: readonly ProcessIdentity[];
  /** The folder into which their hooks write for the guard. */
  readonly spool: string;
}

/** The file descriptor of the inherited listening socket. */
const inheritedFd = 3;
/** How long the address remains after the last process that may ask has gone. */
const lookMs = 10_000;

async function main(): Promise<void> {
  process.on('SIGHUP', () => {}); // it comes from the terminal that the guard was in
  const order = JSON.parse(await text(process.stdin)) as RelayOrder;
  const { url, proxy, traces, users, spool, ...settings } = order;
  await rm(spool, { recursive: true, force: true }); // nobody reads it any more, and it would go on growing
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
