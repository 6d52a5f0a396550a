/**
 * The keeper lets the service survive the death of its process. It is a shell that also holds the listening sockets,
 * and waits at the end of a pipe. If the service's process dies without notice, the shell becomes the next one. If the
 * shell dies, the process starts another. Connections that arrive in between wait in the sockets' queues.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * The file descriptors of the inherited listening sockets: the sessions' port, and the socket on which they ask for an
 * address.
 */
export const inherited = { router: 3, control: 4 } as const;

/**
 * The keeper ignores signals that end our whole process group or unit, because the sessions go on and need their
 * addresses.
 */
const script = `
trap '' HUP INT TERM
read -r end
[ "$end" = end ] && exit 0
exec "$@"
`;

export interface Keeper {
  pid(): number | null;
  /** Makes the keeper end with us. */
  dismiss(): void;
}

/** A shell that keeps dying must not be restarted in a busy loop. */
const retryMs = 1_000;

/**
 * @param next the command that the shell becomes
 * @param fds as in `inherited`
 */
export function startKeeper(
  next: readonly string[],
  fds: { readonly router: number; readonly control: number },
  env: Readonly<Record<string, string>>,
): Keeper {
  let isDismissed = false;
  let keeper: ChildProcess | null = null;
  let timer: NodeJS.Timeout | undefined;

  function start(): void {
    const child = spawn('/bin/sh', ['-c', script, 'guarded-claude-tunnel-keeper', ...next], {
      cwd: '/',
      env,
      stdio: ['pipe', 'ignore', 'ignore', fds.router, fds.control],
      detached: true,
    });
    const again = () => {
      keeper = null;
      if (isDismissed) return;
      clearTimeout(timer);
      timer = setTimeout(start, retryMs);
    };
    child.once('error', again);
    child.once('exit', again);
    child.stdin?.on('error', () => {}); // its end is handled above
    keeper = child;
  }
  start();
  return {
    pid: () => keeper?.pid ?? null,
    dismiss() {
      isDismissed = true;
      clearTimeout(timer);
      keeper?.stdin?.end('end\n');
    },
  };
}
