/** Whose the terminal is: ours, another job's, or nobody's, if it was closed under us. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * To be called just before node exits: it then resets the terminals that it was started with. Up to node 22 it aborts
 * if one no longer exists: the exit code would be lost, and a core dump would hold the person's words and secrets. And
 * what the person types at the shell by then would be shown twice.
 */
export function letGoOfLostTerminal(): void {
  const isAnothers = isInBackground();
  for (const descriptor of [0, 1, 2]) {
    try {
      if (!fstatSync(descriptor).isCharacterDevice() || (isatty(descriptor) && !isAnothers)) continue;
      closeSync(descriptor);
      openSync('/dev/null', 'r+'); // gets the lowest free number, which is this one
    } catch {
      // it is closed already
    }
  }
}

/** The terminal is another job's. False if that is unknown, as everywhere but on Linux. */
export function isInBackground(): boolean {
  const [, , group, , , foreground] = statOf(process.pid);
  return Number(foreground) > 0 && foreground !== group;
}

/** Whether the process is stopped. False if that is unknown. Only Linux offers this cheaply. */
export const isStopped = (pid: number): boolean => statOf(pid)[0] === 'T';

/** State, parent, process group, session, terminal, its foreground group, and more; empty if they are unknown. */
function statOf(pid: number): readonly string[] {
  if (process.platform !== 'linux') return [];
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
