/**
 * Finds connections whose data nobody acknowledges. TCP keepalive cannot find them: it sends nothing while data is in
 * flight, and the kernel retransmits that data for a quarter of an hour before it gives up. So an agent that sends its
 * request into a dead path would wait for its own timeouts. Linux shows its count of retransmissions in /proc/net/tcp.
 * On other systems, only the silence after a request shows the dead path.
 */
import { readFile } from 'node:fs/promises';
import type { Millis } from '../events.ts';
import type { Connection, Ends } from './connection.ts';

const everyMs = 2_000;
/**
 * The kernel needs at least 6 s for this many retransmissions, more on a slow line. Any acknowledgement resets the
 * count to 0.
 */
const deadRepeats = 5;
/** The retransmissions must also have gone on for this long, about as long as keepalive needs. */
const deadAfterMs = 10_000;

export interface UnacknowledgedWatch {
  /** Something went up, so the connection is checked until all of it has been answered. */
  sent(): void;
  stop(): void;
}

/** @param onDead called once for each connection that is found dead */
export function watchUnacknowledged(
  open: () => readonly Connection[],
  onDead: (connection: Connection) => void,
): UnacknowledgedWatch {
  const since = new Map<Connection, Millis>();
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  async function look(): Promise<void> {
    const unanswered = open().filter(isUnanswered);
    if (unanswered.length === 0) stop();
    const suspects = unanswered.filter(isOverdue);
    for (const connection of since.keys()) if (!suspects.includes(connection)) since.delete(connection);
    if (suspects.length === 0) return;
    const repeats = await readRepeats();
    const now = performance.now();
    for (const connection of suspects) {
      const ends = connection.ends();
      const count = (ends && repeats.get(keyOf(ends))) ?? 0;
      if (count === 0) since.delete(connection);
      else if (!since.has(connection)) since.set(connection, now);
      else if (count >= deadRepeats && now - (since.get(connection) ?? now) >= deadAfterMs)
        onDead(connection);
    }
  }
  return {
    sent() {
      timer ??= setInterval(() => void look(), everyMs).unref();
    },
    stop,
  };
}

/** Something went up, and nothing came down since. */
function isUnanswered(connection: Connection): boolean {
  const { lastUpAt, lastDownAt } = connection.facts();
  return lastUpAt !== null && lastUpAt >= (lastDownAt ?? 0);
}

const isOverdue = (connection: Connection): boolean =>
  performance.now() - (connection.facts().lastUpAt ?? 0) >= everyMs;

const keyOf = (ends: Ends): string =>
  `${ends.localPort} ${ends.remotePort} ${kernelAddress(ends.remoteAddress)}`;

async function readRepeats(): Promise<ReadonlyMap<string, number>> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'latin1').catch(() => '')),
  );
  return parseRepeats(tables.join('\n'));
}

/** How often each connection has retransmitted its oldest data, from the text of /proc/net/tcp and tcp6 (proc(5)). */
export function parseRepeats(table: string): ReadonlyMap<string, number> {
  const repeats = new Map<string, number>();
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , count = ''] = line.trim().split(/\s+/);
    const [, localPort] = local.split(':');
    const [address, remotePort] = remote.split(':');
    if (!localPort || !address || !remotePort) continue;
    const ports = [localPort, remotePort].map((port) => Number.parseInt(port, 16));
    repeats.set([...ports, address].join(' '), Number.parseInt(count, 16));
  }
  return repeats;
}

/** An address as the kernel prints it: words of 32 bits, each with its bytes in the machine's (little-endian) order. */
export function kernelAddress(address: string): string {
  const hex = address.includes(':') ? hexOfV6(address) : hexOfV4(address);
  return hex.replace(/(..)(..)(..)(..)/g, '$4$3$2$1').toUpperCase();
}

const hexOfV4 = (address: string): string =>
  address
    .split('.')
    .map((byte) => Number(byte).toString(16).padStart(2, '0'))
    .join('');

function hexOfV6(address: string): string {
  const [left = '', right] = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname
    .slice(1, -1)
    .split('::');
  const groups = (text: string | undefined) =>
    text ? text.split(':').map((group) => group.padStart(4, '0')) : [];
  const zeros = Array<string>(8 - groups(left).length - groups(right).length).fill('0000');
  return [...groups(left), ...zeros, ...groups(right)].join('');
}
