/**
 * Keeps the tunnel's address alive for those who outlive the guard: whoever was started with it (the agent's
 * background service, a server that a hook has started) would else be cut off from the network for good.
 *
 * A program of its own. It shares the listening socket with the guard and leaves it to the guard; only when that is
 * gone, in whatever way, does it answer there, with a tunnel that nobody watches. It ends when nobody is left who may
 * ask. Standard input brings one JSON document (`RelayOrder`), and by its end tells that the guard is gone.
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
  /** What those who may ask carry in their environment or on their command line. */
  readonly traces: readonly string[];
  /** Who may ask although nothing shows it. */
  readonly users: readonly ProcessIdentity[];
  /** The folder into which hooks of theirs write for the guard. */
  readonly spool: string;
}

/** The file descriptor under which the listening socket is inherited. */
export const inheritedFd = 3;
/** How long the address may outlive the last who may ask. */
const lookMs = 10_000;

async function main(): Promise<void> {
  process.on('SIGHUP', () => {}); // of the terminal that the guard was in
  const order = JSON.parse(await text(process.stdin)) as RelayOrder;
  const { url, proxy, traces, users, spool, ...settings } = order;
  await rm(spool, { recursive: true, force: true }); // nobody reads it any more, nor would it stop growing
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
