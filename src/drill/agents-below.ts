/** The agents that live below a guard, by the kernel's own tables (Linux) and not by the guard's word. */
import { readFileSync, readlinkSync } from 'node:fs';
import { childrenOf } from '../platform/process-table.ts';

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

/** A guard asks for the agent's terminal settings by a program on that terminal; such a one does not. */
function leadsSession(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const session = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3]; // state, parent, group, session (proc(5))
    return session === String(pid);
  } catch {
    return false; // gone meanwhile
  }
}
