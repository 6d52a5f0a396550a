/** What there is of memory, and whether the kernel has ended processes for want of it (Linux tells). */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** What all processes may use together: of a container its limit, else the machine's. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory(); // without a limit 0, or more than there is
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Processes ended by the kernel's out-of-memory killer since boot; 0 where it does not tell. */
export function outOfMemoryKills(): number {
  try {
    const line = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'));
    return Number(line?.[1] ?? 0);
  } catch {
    return 0; // not Linux
  }
}
