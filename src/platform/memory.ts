/** How much memory there is, and whether the kernel has ended processes because it ran out (Linux only). */
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

/** How much all processes may use together: a container's limit, otherwise the machine's memory. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory(); // without a limit 0, or more than there is
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** How many processes the kernel's out-of-memory killer has ended since boot; 0 if unknown. */
export function outOfMemoryKills(): number {
  try {
    const line = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'));
    return Number(line?.[1] ?? 0);
  } catch {
    return 0; // not Linux
  }
}
