/** A process with pipes, as node shows it to whoever has started it. What it is, its program decides. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Millis } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import type { SimulatedTime } from '../typing/time.ts';

export interface OwnProcess {
  readonly pid: number;
  readonly stdin: PassThrough | null;
  isAlive(): boolean;
  /** Carried out unless the process has ended by then. */
  after(ms: Millis, act: () => void): void;
  /**
   * Some of it may never get into the pipe, if the process dies.
   * @param whole called just before the last of it does
   * @param after called once it has
   */
  write(text: string, whole?: () => void, after?: () => void): void;
  complain(text: string): void;
  /** Ends by itself, with all of its output in the pipe. */
  exit(code: number): void;
  /** The code with which it has ended by itself; null: it has not. */
  exitedWith(): number | null;
  /** Ends at once. */
  die(end: { readonly code: number | null; readonly signal: NodeJS.Signals | null }): void;
}

export interface StartedProcess {
  readonly own: OwnProcess;
  readonly child: ChildProcess;
}

/** Far above what the system gives to a process, so nothing real is meant by it. */
let nextPid = 50_000_000;

/** @param pieceBytes how much gets into the pipe at once */
export function startProcess(
  time: SimulatedTime,
  draw: Chance,
  hasInput: boolean,
  pieceBytes: number,
  onSignal: (signal: NodeJS.Signals, own: OwnProcess) => void,
): StartedProcess {
  const stdin = hasInput ? new PassThrough() : null;
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const pid = nextPid++;
  let isAlive = true;
  let isWriting = false;
  let code: number | null = null;
  let ended: number | null = null;
  const pieces: {
    readonly bytes: Buffer;
    readonly whole?: (() => void) | undefined;
    readonly after?: (() => void) | undefined;
  }[] = [];
  const child = new EventEmitter() as ChildProcess;

  function end(by: Parameters<OwnProcess['die']>[0]): void {
    if (!isAlive) return;
    isAlive = false;
    stdin?.destroy();
    // The pipe is read later than the end is reported, or earlier.
    const closes = () => {
      stdout.end();
      stderr.end();
    };
    if (draw.happens(0.5)) closes();
    else time.after(draw.magnitude(1, 300), closes);
    time.after(draw.magnitude(1, 20), () => child.emit('exit', by.code, by.signal));
  }
  function push(): void {
    if (!isAlive || isWriting) return;
    const next = pieces.shift();
    if (next === undefined) {
      if (code === null) return;
      ended = code;
      end({ code, signal: null });
      return;
    }
    isWriting = true;
    time.after(draw.happens(0.7) ? 0 : draw.magnitude(1, 40), () => {
      isWriting = false;
      if (!isAlive) return;
      next.whole?.();
      stdout.write(next.bytes);
      next.after?.();
      push();
    });
  }

  const own: OwnProcess = {
    pid,
    stdin,
    isAlive: () => isAlive,
    after: (ms, act) =>
      void time.after(ms, () => {
        if (isAlive) act();
      }),
    write(text, whole, after) {
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += pieceBytes)
        pieces.push({
          bytes: bytes.subarray(at, at + pieceBytes),
          ...(at + pieceBytes >= bytes.length && { whole, after }),
        });
      push();
    },
    complain: (text) => void (isAlive && stderr.write(text)),
    exit(by) {
      code = by;
      push();
    },
    exitedWith: () => ended,
    die: end,
  };
  time.after(0, () => child.emit('spawn'));
  Object.assign(child, {
    pid,
    stdin,
    stdout,
    stderr,
    kill(signal: NodeJS.Signals) {
      if (isAlive) onSignal(signal, own);
      return isAlive;
    },
  });
  return { own, child };
}
