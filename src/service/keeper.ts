/**
 * What makes the service outlive its own end: a shell that holds the listening sockets, too, and waits at the end of a
 * pipe. When the process that answers is gone without a word, the shell becomes the next one; when the shell is gone, the
 * process starts another. Connections that come in between wait in the sockets' queues.
 */
import { type ChildProcess, spawn } from 'node:child_process';

/** The file descriptors under which the listening sockets are inherited: the sessions' port and the place to ask. */
export const inherited = { router: 3, control: 4 } as const;

/** It ignores what ends our whole process group or unit: the sessions go on, and need an address. */
const script = `
trap '' HUP INT TERM
read -r end
[ "$end" = end ] && exit 0
exec "$@"
`;

export interface Keeper {
  pid(): number | null;
  /** It shall end with us. */
  dismiss(): void;
}

/** A shell that cannot stay must not be started in a busy loop. */
const againMs = 1_000;

/**
 * @param next the command that answers from then on
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
      timer = setTimeout(start, againMs);
    };
    child.once('error', again);
    child.once('exit', again);
    child.stdin?.on('error', () => {}); // its end is told above
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
