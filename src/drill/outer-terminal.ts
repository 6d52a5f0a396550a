/**
 * The person's terminal, simulated: a program in a PTY with a virtual screen, keys to press, and a way to wait until
 * something is visible.
 */
import headless from '@xterm/headless';
import { signalExitCode } from '../platform/signals.ts';
import { openPty } from '../terminal/pty.ts';

export interface OuterTerminal {
  readonly pid: number;
  /** Rows of the screen, without trailing blanks. */
  rows(): readonly string[];
  text(): string;
  title(): string;
  write(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Waits until the screen shows it. @throws with the screen's text if it does not appear */
  waitFor(what: string | RegExp, timeoutMs?: number): Promise<void>;
  /** `pause`: the terminal accepts no output. `resume`: it accepts output again. */
  pause(): void;
  resume(): void;
  /** Called with each piece of output. */
  onOutput(listener: (bytes: Buffer) => void): void;
  readonly exited: Promise<{ readonly code: number; readonly signal: number | null }>;
  kill(signal?: NodeJS.Signals): void;
  /** Closes the window: the kernel sends SIGHUP to the programs in it. */
  close(): void;
}

export interface OuterTerminalOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly columns?: number;
  readonly rows?: number;
  /** Answer the query for program status (OSC 7501), as a terminal that knows it does. */
  readonly programStatus?: boolean;
}

export function openTerminal(options: OuterTerminalOptions): OuterTerminal {
  const columns = options.columns ?? 110;
  const rowCount = options.rows ?? 40;
  const screen = new headless.Terminal({
    cols: columns,
    rows: rowCount,
    allowProposedApi: true,
    scrollback: 200,
  });
  const pty = openPty({
    file: options.command,
    args: options.args,
    env: options.env,
    cwd: options.cwd,
    columns,
    rows: rowCount,
    generation: 1,
  });
  const listeners = new Set<(bytes: Buffer) => void>();
  const redrawn = new Set<() => void>();
  let title = '';
  let alive = true;
  /** The program has ended, and its last output is on the screen. */
  let isOver = false;
  screen.onTitleChange((next) => {
    title = next;
  });
  const send = (bytes: string) => {
    if (alive) pty.write(Buffer.from(bytes));
  };
  /** Answers to what the program asks (cursor position and the like) that wait for the end of a paste. */
  const waiting: string[] = [];
  let isPasting = false;
  const answer = (bytes: string) => {
    if (isPasting) waiting.push(bytes);
    else send(bytes);
  };
  screen.onData(answer);
  if (options.programStatus) {
    screen.parser.registerOscHandler(7501, (data) => {
      if (data.startsWith('?') || data.endsWith('?')) answer('\x1b]7501;?\x1b\\');
      return true;
    });
  }
  pty.onOutput((chunk) => {
    const bytes = Buffer.from(chunk);
    for (const listener of listeners) listener(bytes);
    screen.write(bytes, () => {
      for (const check of [...redrawn]) check();
    });
  });
  const exited = new Promise<{ code: number; signal: number | null }>((resolve) => {
    pty.onExit(({ code, signal }) => {
      alive = false;
      screen.write('', () => {
        isOver = true;
        resolve({ code: code ?? 0, signal: signal === null ? null : signalExitCode(signal) - 128 });
        for (const check of [...redrawn]) check();
      });
    });
  });

  const rows = () => {
    const buffer = screen.buffer.active;
    return Array.from({ length: screen.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
  };
  const text = () => rows().join('\n').trimEnd();

  return {
    pid: pty.pid,
    rows,
    text,
    title: () => title,
    write(keys) {
      const [begins, ends] = [keys.lastIndexOf('\x1b[200~'), keys.lastIndexOf('\x1b[201~')];
      if (begins !== ends) isPasting = begins > ends;
      send(keys);
      if (!isPasting) for (const bytes of waiting.splice(0)) send(bytes);
    },
    resize(nextColumns, nextRows) {
      screen.resize(nextColumns, nextRows);
      pty.resize(nextColumns, nextRows);
    },
    waitFor(what, timeoutMs = 20_000) {
      const seen = () => (typeof what === 'string' ? text().includes(what) : what.test(text()));
      if (seen()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const finish = (error?: Error) => {
          clearTimeout(timer);
          redrawn.delete(check);
          if (error) reject(error);
          else resolve();
        };
        const check = () => {
          if (seen()) finish();
          else if (isOver)
            finish(new Error(`the program ended before the screen showed ${what}:\n${text()}`));
        };
        const timer = setTimeout(
          () => finish(new Error(`the screen did not show ${what} in ${timeoutMs} ms:\n${text()}`)),
          timeoutMs,
        );
        redrawn.add(check);
      });
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
    onOutput: (listener) => void listeners.add(listener),
    exited,
    kill(signal = 'SIGKILL') {
      try {
        if (alive) process.kill(pty.pid, signal);
      } catch {
        // the process is gone, but its end has not been reported yet
      }
    },
    close() {
      alive = false;
      pty.close();
    },
  };
}
