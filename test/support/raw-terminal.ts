/** The far end of a terminal, without a screen: exact bytes in and out of a program that runs in it. */
import { openPty, type Pty, type PtyExit } from '../../src/terminal/pty.ts';

export interface RawTerminal {
  readonly pty: Pty;
  readonly exited: Promise<PtyExit>;
  /** All output so far, one character per byte. */
  output(): string;
  outputBytes(): Buffer;
  write(bytes: Uint8Array | string): void;
  /** Resolves once the output contains this. @throws what has come instead, after `timeoutMs`. */
  waitFor(what: string | RegExp, timeoutMs?: number): Promise<void>;
}

export interface RawTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
}

export function openRawTerminal(command: readonly string[], options: RawTerminalOptions = {}): RawTerminal {
  const [file = '', ...args] = command;
  const pty = openPty({
    file,
    args,
    env: { PATH: process.env.PATH, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...options.env },
    cwd: options.cwd ?? '/',
    columns: options.columns ?? 80,
    rows: options.rows ?? 24,
    generation: 1,
  });
  const chunks: Buffer[] = [];
  const checks = new Set<() => void>();
  pty.onOutput((chunk) => {
    chunks.push(Buffer.from(chunk));
    for (const check of [...checks]) check();
  });
  const exited = new Promise<PtyExit>((resolve) => pty.onExit(resolve));
  const outputBytes = () => Buffer.concat(chunks);
  const output = () => outputBytes().toString('latin1');
  return {
    pty,
    exited,
    output,
    outputBytes,
    write: (bytes) => void pty.write(Buffer.from(bytes)),
    waitFor(what, timeoutMs = 20_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          checks.delete(check);
          reject(
            new Error(
              `${what} did not come in ${timeoutMs} ms, but:\n${JSON.stringify(output().slice(-2_000))}`,
            ),
          );
        }, timeoutMs);
        const check = () => {
          if (typeof what === 'string' ? !output().includes(what) : !what.test(output())) return;
          clearTimeout(timer);
          checks.delete(check);
          resolve();
        };
        checks.add(check);
        check();
      });
    },
  };
}
