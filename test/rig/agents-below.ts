/** The agents that live below a guard, according to the kernel (Linux) and not to the guard. */
import { readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from '../../src/platform/process-table.ts';

/** Children of the guard that lead a session on a terminal of their own. */
export function agentsBelow(guard: number): readonly number[] {
  const own = terminalOf(guard);
  return childrenOf(guard).filter((pid) => {
    const terminal = terminalOf(pid);
    return terminal !== null && terminal !== own && leadsSession(pid);
  });
}

function terminalOf(pid: number): string | null {
  try {
    const path = readlinkSync(`/proc/${pid}/fd/0`);
    return path.startsWith('/dev/pts/') ? path : null;
  } catch {
    return null; // gone meanwhile
  }
}

/**
 * Excludes the program by which a guard reads the settings of the agent's terminal: it runs on that terminal, but leads
 * no session.
 */
function leadsSession(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]; // state, parent, group, session (proc(5))
    return session === String(pid);
  } catch {
    return false; // gone meanwhile
  }
}
