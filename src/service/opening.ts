/** How the service gets its lock and its two sockets: new ones, or those of the process before it. */
import { once } from 'node:events';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type ListenOptions, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../events.ts';
import { acquireLock, type LockResult } from '../platform/lock.ts';
import { inherited } from './keeper.ts';
import { makeFolders, type ServicePaths } from './paths.ts';

/** How long the process before us may keep the lock after we have inherited its sockets. */
const noticeMs: Millis = 5_000;

/** Null: a service is already running. */
export async function lockOf(
  paths: ServicePaths,
  takesOver: boolean,
): Promise<Extract<LockResult, { held: true }> | null> {
  const givesUpAt = performance.now() + (takesOver ? noticeMs : 0);
  for (;;) {
    const result = acquireLock(paths.lock);
    if (result.held && (takesOver || !(await isOpen(paths.socket)))) return result;
    if (result.held) result.release();
    if (result.held || performance.now() >= givesUpAt) return null;
    await sleep(100);
  }
}

/** True also while only a keeper holds the socket open. */
async function isOpen(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** @returns the port: the one in the addresses that were given out before, if it is still free */
export async function openBoth(
  paths: ServicePaths,
  router: Server,
  control: Server,
  takesOver: boolean,
): Promise<number> {
  if (takesOver) {
    await listen(router, { fd: inherited.router });
    await listen(control, { fd: inherited.control });
    return portOf(router);
  }
  rmSync(paths.socket, { force: true });
  try {
    await listen(router, { host: '127.0.0.1', port: portBefore(paths) });
  } catch {
    rmSync(paths.sessions, { recursive: true, force: true }); // somebody else has the port of their addresses now
    makeFolders(paths);
    await listen(router, { host: '127.0.0.1', port: 0 });
  }
  writeFileSync(paths.port, String(portOf(router)), { mode: 0o600 });
  await listen(control, { path: paths.socket });
  chmodSync(paths.socket, 0o600);
  return portOf(router);
}

async function listen(server: Server, where: ListenOptions & { readonly fd?: number }): Promise<void> {
  server.listen(where);
  await once(server, 'listening');
  server.on('error', () => {}); // a connection could not be accepted: too many open files
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** The port on record. 0 if there is none, which means any free port. */
function portBefore({ port }: ServicePaths): number {
  try {
    return Number(readFileSync(port, 'utf8')) || 0;
  } catch {
    return 0;
  }
}
