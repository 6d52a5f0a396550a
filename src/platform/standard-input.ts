/** What processes have as their standard input. */
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/** A terminal of its own or that of its session. */
const terminal = /^\/dev\/(pts\/\d+|tty\w*|console)$/;

/** Those of these processes that have a terminal there; none whose input cannot be seen. */
export function readingTerminals(pids: readonly number[]): ReadonlySet<number> {
  if (pids.length === 0) return new Set();
  return process.platform === 'linux' ? fromProc(pids) : fromLsof(pids);
}

function fromProc(pids: readonly number[]): ReadonlySet<number> {
  return new Set(pids.filter((pid) => terminal.test(linkOf(`/proc/${pid}/fd/0`))));
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // the process is gone, or not ours
  }
}

/** Prints a line `p<pid>` for each process and, after it, a line `n<name>` for each descriptor. */
function fromLsof(pids: readonly number[]): ReadonlySet<number> {
  const env = { PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin` };
  const args = ['-w', '-n', '-P', '-a', '-d', '0', '-F', 'n', '-p', pids.join(',')];
  // It fails if one of the processes is gone, but names the others.
  const { stdout } = spawnSync('lsof', args, { encoding: 'utf8', env, timeout: 2_000 });
  const found = new Set<number>();
  let pid = 0;
  for (const line of (stdout ?? '').split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    else if (line.startsWith('n') && terminal.test(line.slice(1))) found.add(pid);
  }
  return found;
}
