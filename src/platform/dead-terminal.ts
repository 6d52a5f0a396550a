/** A terminal that was closed under a running program: its window, its pane, the connection to it. */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { isatty } from 'node:tty';

/**
 * To be called just before node exits: it then resets the terminals that it was started with and, up to node 22, aborts if
 * one no longer exists. The exit code would be lost, and a core dump would hold the person's words and secrets.
 */
export function letGoOfDeadTerminal(): void {
  for (const descriptor of [0, 1, 2]) {
    try {
      if (!fstatSync(descriptor).isCharacterDevice() || isatty(descriptor)) continue;
      closeSync(descriptor);
      openSync('/dev/null', 'r+'); // gets the lowest free number, which is this one
    } catch {
      // it is closed already
    }
  }
}
