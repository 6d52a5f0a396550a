/** Talks to a tmux server, and touches no terminal. */
import type { ProcessIdentity } from './process-identity.ts';
import { startTimeOf } from './process-identity.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a program inside tmux runs. */
export interface TmuxPlace {
  readonly socket: string;
  /** The server's process. */
  readonly server: ProcessIdentity;
  /** `%3`; valid as long as the server lives. */
  readonly pane: string;
}

const limitMs = 2_000;

/** Read from `$TMUX` (`socket,server pid,session`) and `$TMUX_PANE`. Null outside tmux. */
export function tmuxPlace(env: Environment): TmuxPlace | null {
  const [, socket, pid] = /^(.+),(\d+),\d+$/.exec(env.TMUX ?? '') ?? [];
  const pane = env.TMUX_PANE;
  if (socket === undefined || pid === undefined || pane === undefined || !/^%\d+$/.test(pane)) return null;
  const startTime = startTimeOf(Number(pid));
  return startTime === null ? null : { socket, server: { pid: Number(pid), startTime }, pane };
}

/**
 * Resolves to standard output, in which nothing is replaced whatever the locale is: without `-u`, tabs and letters
 * beyond ASCII would be underscores under `LANG=C`. Rejects with tmux's own message, even if there is no tmux or no
 * server.
 */
export async function tmux(socket: string, args: readonly string[], env: Environment): Promise<string> {
  const { execa } = await import('execa'); // takes 60 ms, so it is loaded only inside tmux
  const result = await execa('tmux', ['-u', '-S', socket, ...args], {
    env: { ...env },
    extendEnv: false,
    stdin: 'ignore',
    timeout: limitMs,
    cleanup: false,
    reject: false,
  });
  if (result.failed) throw new Error(result.stderr.trim() || result.shortMessage);
  return result.stdout;
}
