/**
 * Checks whether anybody can still read what is written to a descriptor, without writing to it.
 *
 * socket  what node gives a child: writing zero bytes fails once the other end is closed.
 * pipe    writing zero bytes never fails. Its reader counts as gone if whoever started us is gone and no process that
 *         we can see reads from it; other users' processes cannot be seen.
 *
 * A file or a terminal can be read later, so it always has a reader.
 */
import { fstatSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs';

/** @param parent the pid of whoever started us: `process.ppid` at the start */
export function hasReader(descriptor: number, parent: number): boolean {
  const kind = fstatSync(descriptor);
  if (kind.isSocket()) return takesNothing(descriptor);
  return !kind.isFIFO() || process.ppid === parent || isReadBySomebody(descriptor);
}

function takesNothing(descriptor: number): boolean {
  try {
    writeSync(descriptor, Buffer.alloc(0));
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EPIPE');
  }
}

function isReadBySomebody(descriptor: number): boolean {
  if (process.platform !== 'linux') return false;
  const pipe = readlinkSync(`/proc/self/fd/${descriptor}`);
  return names('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => names(`/proc/${pid}/fd`).some((name) => isReaderOf(pipe, pid, name)));
}

function isReaderOf(pipe: string, pid: string, descriptor: string): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/fd/${descriptor}`) !== pipe) return false;
    const [, flags = '1'] =
      /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'latin1')) ?? [];
    return (Number.parseInt(flags, 8) & 3) !== 1; // O_WRONLY
  } catch {
    return false; // it has been closed meanwhile
  }
}

/** None if we may not read the folder. */
function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
