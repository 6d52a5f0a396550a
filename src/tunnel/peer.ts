/**
 * Which process is at the other end of a connection to the tunnel. Linux lists a socket's inode in /proc/net/tcp, and
 * each process's sockets by inode in /proc/PID/fd (proc(5)). On other systems, the process remains unknown.
 */
import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { ConnectionOwner, Millis } from '../events.ts';

/** If the search takes longer, the machine is overloaded, and the process remains unknown. */
const limitMs: Millis = 1_000;
/** Some six lines. In a large table with few connections, the kernel searches long for each. */
const piece = Buffer.allocUnsafeSlow(1_024);
/** Keys and bytes wait no longer than this for a search. */
const sliceMs: Millis = 0.5;

export interface Owners {
  /** A new agent runs. The owner of older connections is unknown. */
  agentStarted(pid: number): void;
  /** Never rejects. */
  ownerOf(near: Socket): Promise<ConnectionOwner>;
}

/**
 * Recognises the agent by its own sockets. Another process counts as `other` only once the process that was started has
 * been seen to connect. Until then, that process may be a wrapper with the agent as its child.
 */
export function createOwners(): Owners {
  let agent: number | null = null;
  let connects = false;

  async function look(near: Socket): Promise<ConnectionOwner> {
    const pid = agent;
    if (pid === null) return 'unknown';
    const inode = await inodeOf(near);
    if (inode === null) return 'unknown';
    if (pid !== agent) return 'unknown';
    const isAgents = holds(pid, inode);
    if (isAgents === null) return 'unknown';
    connects ||= isAgents;
    if (isAgents) return 'agent';
    // If the connection has closed by now, no process holds its socket, and the search proves nothing.
    return connects && (await inodeOf(near)) === inode ? 'other' : 'unknown';
  }

  return {
    agentStarted(pid) {
      agent = pid;
      connects = false;
    },
    ownerOf: (near) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, limitMs, 'unknown');
        void look(near).then((owner) => {
          clearTimeout(timer);
          resolve(owner);
        });
      }),
  };
}

/** Whether the process at the other end has this text in its environment, as the agent's children do. */
export async function hasInEnvironment(near: Socket, text: string): Promise<boolean> {
  const inode = await inodeOf(near);
  if (inode === null) return false;
  const names = await readdir('/proc').catch(() => []);
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = pids.map(async (pid) => {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return environment.includes(text) && holds(pid, inode) === true;
  });
  return (await Promise.all(found)).includes(true);
}

async function inodeOf({ remotePort, localPort }: Socket): Promise<string | null> {
  if (remotePort === undefined || localPort === undefined) return null;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const inode = await findInode(table, remotePort, localPort);
    if (inode !== null) return inode;
  }
  return null;
}

/**
 * Reads only as far as the socket's line: the kernel has room for hundreds of thousands of connections, and to walk
 * through all of it takes milliseconds of processor time, however few there are. It gives out no more than a page at
 * once, so to have another thread read would cost more than the reading.
 */
async function findInode(table: string, port: number, peerPort: number): Promise<string | null> {
  try {
    const file = openSync(table, 'r');
    try {
      let rest = '';
      for (let sliceEnd = performance.now() + sliceMs; ; ) {
        const bytes = readSync(file, piece);
        if (bytes === 0) return null;
        const text = rest + piece.toString('latin1', 0, bytes);
        const end = text.lastIndexOf('\n') + 1;
        const inode = parseInode(text.slice(0, end), port, peerPort);
        if (inode !== null) return inode;
        rest = text.slice(end);
        if (performance.now() < sliceEnd) continue;
        await nextTurn();
        sliceEnd = performance.now() + sliceMs;
      }
    } finally {
      closeSync(file);
    }
  } catch {
    return null; // no such table: not Linux, or no IPv6
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

/** @param port of the wanted socket; @param peerPort of the socket to which it is connected */
export function parseInode(table: string, port: number, peerPort: number): string | null {
  const hex = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  if (!table.includes(`:${hex(port)} `)) return null; // so are most pieces of a table
  const ends = new RegExp(`^ *\\d+: \\w+:${hex(port)} \\w+:${hex(peerPort)} 01 (.*)$`, 'm');
  const [, inode = '0'] = /^\S+ \S+ \S+ +\d+ +\d+ (\d+)/.exec(ends.exec(table)?.[1] ?? '') ?? [];
  return inode === '0' ? null : inode;
}

/**
 * Null if the process is gone, or if we may not see its files. The kernel answers from memory, so a link costs far less
 * here than by way of another thread. A new connection tends to have the highest number, so it is found soon.
 */
function holds(pid: number, inode: string): boolean | null {
  const folder = `/proc/${pid}/fd`;
  const link = `socket:[${inode}]`;
  try {
    return readdirSync(folder)
      .reverse()
      .some((file) => linkOf(`${folder}/${file}`) === link);
  } catch {
    return null;
  }
}

/** Null if the file has been closed meanwhile. */
function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
