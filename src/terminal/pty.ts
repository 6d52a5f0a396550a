/**
 * The agent's pseudo-terminal.
 *
 * Only node-pty's native part is used (`fork`, `resize`). Its JavaScript layer loses the last output of a program on
 * node 20 and 22, because libuv takes a hang-up that comes with a partial read for the end. A workaround from outside
 * delays the exit by 200 ms. The layer also uses a whole CPU while the child does not read. So a plain `tty.ReadStream`
 * reads the master, and our own queue writes to it. We hold the slave open, so that no hang-up is ever seen. Once the
 * child has ended, we read what the kernel still holds, up to a limit, before we report the end. All this works the
 * same if a grandchild survives and keeps the slave open.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';
import { signalName } from '../platform/signals.ts';
import { createInputQueue } from './input-queue.ts';
import { loadNative } from './native-pty.ts';

export interface PtyOptions {
  /** Path of an executable file: the caller has found it and checked that it can be executed. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the child; nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly columns: number;
  readonly rows: number;
  readonly generation: number;
}

/** How the child ended: its code, or the name of the signal that ended it. */
export interface PtyExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** Each `on…` takes one listener, which must be set in the same turn of the loop as `openPty`. */
export interface Pty {
  readonly pid: number;
  readonly generation: number;
  /** Starts reading. The listener may use the chunk only until it returns, because the buffer is reused. */
  onOutput(listener: (chunk: Buffer) => void): void;
  /** Called once, after the last output has been delivered. */
  onExit(listener: (exit: PtyExit) => void): void;
  /** Bytes have been waiting for a second, so the child does not read. Called once until `onInputDrained`. */
  onInputBlocked(listener: (pendingBytes: number) => void): void;
  /** Everything that had to wait has been taken. */
  onInputDrained(listener: () => void): void;
  /** False: 16 MiB are waiting, so the source must pause until `onInputDrained`. Nothing is dropped. */
  write(bytes: Uint8Array): boolean;
  /**
   * Whether the child takes keys one by one. Until it does, the kernel edits lines for it, and truncates those longer
   * than 4 KiB. Also true if this is unknown. Starts a process.
   */
  takesKeys(): boolean;
  resize(columns: number, rows: number): void;
  pause(): void;
  resume(): void;
  /**
   * Signals the child itself; SIGCONT its group, too: below a wrapper, the agent is another one. Not once it has ended.
   */
  kill(signal: NodeJS.Signals): void;
  /** Closes our side. The kernel then hangs up on a child that still lives. */
  close(): void;
}

/** The kernel hands out a terminal's output in pieces of at most 4 KiB. */
const readBytes = 16_384;
/** More than the kernel buffers for a terminal. Only a grandchild that keeps writing reaches it. */
const maxTailBytes = 1 << 20;

/** Starts the child on a new pseudo-terminal. Throws if that fails. */
export function openPty(options: PtyOptions): Pty {
  const { module, helperPath } = loadNative();
  const environment = Object.entries(options.env).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${value}`],
  );
  let output = (_chunk: Buffer): void => {};
  let exited = (_exit: PtyExit): void => {};
  let inputBlocked = (_pendingBytes: number): void => {};
  let inputDrained = (): void => {};
  let paused = false;
  let running = true;

  const { fd, pid, pty } = module.fork(
    options.file,
    options.args,
    environment,
    options.cwd,
    options.columns,
    options.rows,
    -1,
    -1,
    true,
    helperPath,
    (code, signal) => {
      running = false;
      drainTail();
      close();
      exited(signal ? { code: null, signal: signalName(signal) } : { code, signal: null });
    },
  );
  const slave = holdOpen(pty);
  const buffer = Buffer.allocUnsafe(readBytes);
  // One buffer for all reads: no bytes wait inside the stream, so a pause takes effect at once and the tail is in
  // order.
  const reading: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    onread: {
      buffer,
      callback(bytes) {
        output(buffer.subarray(0, bytes));
        return !paused;
      },
    },
  };
  const master = new ReadStream(fd, reading);
  // EIO: nobody holds the slave any more. The child's own end reports the exit.
  master.on('error', () => close());
  const input = createInputQueue(fd, {
    blocked: (pendingBytes) => inputBlocked(pendingBytes),
    drained: () => inputDrained(),
  });

  /** @returns bytes read; 0 if there are none yet (EAGAIN) or no more (EIO) */
  function tryRead(): number {
    try {
      return readSync(fd, buffer);
    } catch {
      return 0;
    }
  }

  function drainTail(): void {
    for (let total = 0; !master.destroyed && total < maxTailBytes; ) {
      const bytes = tryRead();
      if (bytes === 0) return;
      total += bytes;
      output(buffer.subarray(0, bytes));
    }
  }

  let held = slave !== null;
  function close(): void {
    input.close();
    if (held && slave !== null) closeSync(slave);
    held = false;
    master.destroy();
  }

  return {
    pid,
    generation: options.generation,
    onOutput(listener) {
      output = listener;
      master.resume();
    },
    onExit(listener) {
      exited = listener;
    },
    onInputBlocked(listener) {
      inputBlocked = listener;
    },
    onInputDrained(listener) {
      inputDrained = listener;
    },
    write: input.write,
    takesKeys() {
      if (!held || slave === null) return true;
      const { stdout } = spawnSync('stty', ['-a'], { stdio: [slave, 'pipe', 'ignore'] });
      return !/(?<!-)\bicanon\b/.test(stdout?.toString() ?? '');
    },
    resize(columns, rows) {
      if (!master.destroyed) module.resize(fd, columns, rows, 0, 0);
    },
    pause() {
      paused = true;
      master.pause();
    },
    resume() {
      paused = false;
      if (!master.destroyed) master.resume();
    },
    kill(signal) {
      try {
        if (running) process.kill(signal === 'SIGCONT' ? -pid : pid, signal);
      } catch {
        // it has just ended, and its exit is about to be reported
      }
    },
    close,
  };
}

/** Null if the slave cannot be opened a second time. The tail may then be lost, as in plain node-pty. */
function holdOpen(slavePath: string): number | null {
  try {
    return openSync(slavePath, constants.O_RDWR | constants.O_NOCTTY);
  } catch {
    return null;
  }
}
