/** The agents that live below a guard, by the kernel's own tables (Linux) and not by the guard's word. */
import { readlinkSync } from 'node:fs';
import { childrenOf } from '../platform/process-table.ts';

/** Children of the guard on a terminal of their own. */
export function agentsBelow(guard: number): readonly number[] {
  const own = terminalOf(guard);
  return childrenOf(guard).filter((pid) => {
    const terminal = terminalOf(pid);
    return terminal !== null && terminal !== own;
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
