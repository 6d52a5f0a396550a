/** The real guard in a terminal, over a little agent that is a script of a test's. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder, writeScript } from './folder.ts';
import { guardBin } from './places.ts';
import { openRawTerminal } from './raw-terminal.ts';

/** A guard over a little agent that says "ready", its pid, and then does what the script says. */
export async function guarded(script: string, settings: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const agent = writeScript(
    join(folder, 'agent'),
    `#!/bin/sh\n[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }\n${script}\n`,
  );
  const terminal = openRawTerminal([process.execPath, guardBin], {
    env: {
      HOME: folder,
      GUARDED_CLAUDE_COMMAND: agent,
      XDG_STATE_HOME: folder,
      XDG_CONFIG_HOME: folder,
      LEAVE_TEST: folder,
      ...settings,
    },
    cwd: folder,
  });
  onTestFinished(() => terminal.pty.kill('SIGKILL'));
  await terminal.waitFor(/pid=\d+;/);
  return { terminal, folder, agentPid: Number(/pid=(\d+);/.exec(terminal.output())?.[1]) };
}
