/**
 * The agent's standard error, if the person has sent it elsewhere than to the terminal (`2>file`). An agent on a
 * pseudo-terminal would draw it over its screen. It goes through a named pipe to where our own goes, so that it stands
 * in one order with what others write there.
 */
import { spawnSync } from 'node:child_process';
import { constants, openSync, readSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty } from 'node:tty';
import type { Observation } from '../events.ts';
import { openErrorsEnd } from './errors-end.ts';
import { wholeShell } from './whole-shell.ts';

export interface Errors {
  /** The command, with its standard error sent there. */
  redirected<Command extends { readonly file: string; readonly args: readonly string[] }>(
    command: Command,
  ): Command;
  /** Passes on what is still in the pipe, unless nobody takes it, and removes it. */
  close(): Promise<void>;
}

const readBytes = 65_536;
/**
 * More than the kernel keeps in a pipe. Only a process that the agent has left behind and that keeps writing reaches
 * it.
 */
const maxTailBytes = 1 << 20;
/** How long the end waits for a reader. The person may wait for the end, and then no key does anything. */
const farewellMs = 1_000;

/**
 * Null: the person's standard error is the terminal.
 * @param path where the pipe may be made
 * @param env the agent's environment
 * @param observe is told of a reader that stops: the agent has to wait for it, as for a terminal
 */
export function openErrors(
  path: string,
  env: NodeJS.ProcessEnv,
  observe: (observation: Observation) => void,
): Errors | null {
  if (isatty(2)) return null;
  const [shell = '', ...flags] = wholeShell(env);
  const { status, error } = spawnSync('mkfifo', ['-m', '600', path], { stdio: 'ignore' });
  if (status !== 0) throw error ?? new Error(`mkfifo ended with ${status}`);
  // Open for writing, too: between two agents it has no other writer, and must not come to its end.
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const pipe = new Socket({ fd, readable: true, writable: false });
  const end = openErrorsEnd({
    blocked: () => observe({ type: 'terminal.blocked' }),
    drained(told) {
      pipe.resume();
      if (told) observe({ type: 'terminal.drained' });
    },
  });
  pipe.on('data', (bytes: Buffer) => {
    if (!end.write(bytes)) pipe.pause();
  });
  pipe.on('error', () => {});

  return {
    redirected: (command) => ({
      ...command,
      file: shell,
      args: [...flags, '-c', 'exec "$@" 2>"$0"', path, command.file, ...command.args],
    }),
    async close() {
      const buffer = Buffer.allocUnsafe(readBytes);
      try {
        for (let total = 0; total < maxTailBytes; ) {
          const bytes = readSync(fd, buffer);
          total += bytes;
          end.write(Buffer.from(buffer.subarray(0, bytes)));
        }
      } catch {
        // it is empty
      }
      pipe.destroy();
      rmSync(path, { force: true });
      await end.flush(farewellMs);
    },
  };
}
