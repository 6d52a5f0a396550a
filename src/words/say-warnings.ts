import { writeSync } from 'node:fs';

/**
 * Tells the person on standard error what they should know while no agent runs, one line each. Written synchronously,
 * because the text must not arrive after the terminal has been set to raw mode. If it cannot be written, the agent
 * starts anyway.
 */
export function sayWarnings(warnings: readonly string[]): void {
  try {
    for (const warning of warnings) writeSync(2, `guarded-claude: ${warning}\n`);
  } catch {
    // closed, or a pipe that is full or broken
  }
}
