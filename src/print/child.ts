/** One agent in print mode: a child with pipes, whose errors go straight to ours. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface ChildOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly generation: number;
  /** `inherit`: it reads our own terminal; `none`: there is nothing to read. */
  readonly stdin: 'pipe' | 'inherit' | 'none';
}

export interface Child {
  readonly pid: number;
  readonly generation: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  kill(signal: NodeJS.Signals): void;
  /** Its end, told once its output has been read to the end. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** A tool that outlives the agent may hold its output open; nobody waits for that longer than this. */
const tailMs = 1_000;

/** Throws if it cannot be started. */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { file, args, env, cwd, generation } = options;
  const stdin = options.stdin === 'none' ? 'ignore' : options.stdin;
  const child = spawn(file, args, { cwd, env, stdio: [stdin, 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => {}); // a signal that could not be sent: the process is gone, and its end is told below
  const { pid, stdout } = child;
  if (pid === undefined || stdout === null) throw new Error(`${file} did not start`);
  child.stdin?.on('error', () => {}); // it does not read any more: its business
  return {
    pid,
    generation,
    stdin: child.stdin,
    stdout,
    kill: (signal) => void child.kill(signal),
    ended: endOf(child, stdout),
  };
}

function endOf(child: ChildProcess, stdout: Readable): Child['ended'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const settle = () => {
        clearInterval(timer);
        stdout.destroy();
        resolve({ code, signal });
      };
      let quietMs = 0;
      stdout.on('data', () => {
        quietMs = 0;
      });
      const stepMs = tailMs / 10;
      const timer = setInterval(() => {
        // While the reader of our own output is slow, the rest waits in the pipe: that is no silence.
        if (!stdout.isPaused()) quietMs += stepMs;
        if (quietMs > tailMs) settle();
      }, stepMs);
      if (stdout.closed) settle();
      else stdout.once('close', settle);
    });
  });
}
