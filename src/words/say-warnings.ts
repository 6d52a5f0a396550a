import { writeSync } from 'node:fs';

/**
 * Says on standard error what the person should know while no agent runs, one line each. Written at once: a
 * terminal that is about to be raw must not get it later. That nobody can read it keeps no agent from starting.
 */
export function sayWarnings(warnings: readonly string[]): void {
  try {
    for (const warning of warnings) writeSync(2, `guarded-claude: ${warning}\n`);
  } catch {
    // closed, or a pipe that is full or broken
  }
}
