/**
 * Where to find the service: a folder of the user's own, which everybody with the same environment finds. It is in the
 * user's runtime folder, which is in memory and goes at log-out, or else in the system's temporary folder.
 */
import { lstatSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makePrivateFolder } from '../platform/paths.ts';

export interface ServicePaths {
  readonly folder: string;
  /** Unix socket on which sessions ask for an address. */
  readonly socket: string;
  /** The lock of the service's process. */
  readonly lock: string;
  /** Holds the port of the addresses that were given out. */
  readonly port: string;
  /** One file per session. */
  readonly sessions: string;
}

const uid = () => process.getuid?.() ?? 0;

export function servicePaths(env: Readonly<Record<string, string | undefined>>): ServicePaths {
  const runtime = env.XDG_RUNTIME_DIR;
  const folder =
    runtime !== undefined && isAbsolute(runtime)
      ? join(runtime, 'guarded-claude')
      : join(tmpdir(), `guarded-claude-${uid()}`);
  return {
    folder,
    socket: join(folder, 'tunnel.sock'),
    lock: join(folder, 'lock'),
    port: join(folder, 'port'),
    sessions: join(folder, 'sessions'),
  };
}

/** @throws if the folder cannot be made, or somebody else has put something in its place */
export function makeFolders({ folder, sessions }: ServicePaths): void {
  if (!isOurs(folder)) throw new Error(`${folder} does not belong to this user`);
  makePrivateFolder(folder);
  if (!isOurs(folder)) throw new Error(`${folder} no longer belongs to this user`);
  makePrivateFolder(sessions);
}

/** True also if it does not exist yet. In a temporary folder, anybody may have been first, even with a link. */
function isOurs(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found === undefined || (found.isDirectory() && found.uid === uid());
}
