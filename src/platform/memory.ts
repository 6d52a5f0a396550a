/** Has the kernel ended processes for want of memory? Linux tells; elsewhere the count stays 0. */
import { readFileSync } from 'node:fs';

/** Processes ended by the kernel's out-of-memory killer since boot. */
export function outOfMemoryKills(): number {
  try {
    const line = /^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'));
    return Number(line?.[1] ?? 0);
  } catch {
    return 0; // not Linux
  }
}
