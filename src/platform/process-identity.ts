/**
 * A pid does not identify a process for long, because pids are reused. A pid with its start time does.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque. Compare it only for equality. */
  readonly startTime: string;
}

/** Start time of a living process; null if there is none. A zombie does not count. */
export function startTimeOf(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
}

/** Two equal names mean the same process. */
export function nameOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid} ${startTime}`;
}

export function isAlive(identity: ProcessIdentity): boolean {
  return startTimeOf(identity.pid) === identity.startTime;
}

function fromProc(pid: number): string | null {
  try {
    // The name in field 2 may contain blanks and brackets, so fields count from the last bracket (proc(5): 3 state, 22 start).
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function fromPs(pid: number): string | null {
  try {
    process.kill(pid, 0); // most of these processes are long gone, and then ps is not needed
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return null;
  }
  try {
    const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
  } catch {
    return null;
  }
}
