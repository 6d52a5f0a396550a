import { writeSync } from 'node:fs';

/**
 * Tells the person on standard error what they should know while no agent runs, one line each. Written synchronously,
 * because a terminal that is about to be raw must not get it later. If it cannot be written, the agent starts all the
 * same.
 */
export function sayWarnings(warnings: readonly string[]): void {
  try {
    for (const warning of warnings) writeSync(2, `guarded-claude: ${warning}\n`);
  } catch {
    // closed, or a pipe that is full or broken
  }
}
