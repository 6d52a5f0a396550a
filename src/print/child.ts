/**
 * One agent in print mode: a child with pipes. Its standard error is inherited, or passed on with its last part kept.
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Sink } from './sink.ts';

export interface ChildOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly generation: number;
  /** `inherit`: the agent reads the terminal itself; `none`: there is nothing to read. */
  readonly stdin: 'pipe' | 'inherit' | 'none';
  /** Takes the agent's standard error, if its last part must be known. Null: standard error is inherited. */
  readonly errors: Sink | null;
}

/** Starts a process, as node does. */
export type Spawn = (file: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

export interface Child {
  readonly pid: number;
  readonly generation: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  kill(signal: NodeJS.Signals): void;
  /** The last part of its standard error. Empty if standard error is inherited. */
  lastErrors(): string;
  /** Settles after its end, once its output has been read completely. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** A tool that outlives the agent may keep its output open. The guard waits only this long for it. */
const tailMs = 1_000;

/** More than any error message takes. */
const keptErrorBytes = 4_096;

/** Throws if the agent cannot be started. */
export async function startChild(spawn: Spawn, options: ChildOptions): Promise<Child> {
  const { file, args, env, cwd, generation } = options;
  const stdin = options.stdin === 'none' ? 'ignore' : options.stdin;
  const child = spawn(file, args, {
    cwd,
    env,
    stdio: [stdin, 'pipe', options.errors === null ? 'inherit' : 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => {}); // a signal could not be sent because the process is gone; its end is reported below
  const { pid, stdout } = child;
  if (pid === undefined || stdout === null) throw new Error(`${file} did not start`);
  child.stdin?.on('error', () => {}); // the agent has stopped reading, which it may do
  let kept = Buffer.alloc(0);
  const { errors } = options;
  child.stderr?.on('data', (chunk: Buffer) => {
    errors?.write(chunk);
    if (errors?.isFull()) child.stderr?.pause();
    kept = Buffer.concat([kept, chunk]).subarray(-keptErrorBytes);
  });
  errors?.onRoom(() => child.stderr?.resume());
  return {
    pid,
    generation,
    stdin: child.stdin,
    stdout,
    kill: (signal) => void child.kill(signal),
    lastErrors: () => kept.toString('utf8'),
    ended: endOf(child, [stdout, ...(child.stderr ? [child.stderr] : [])]),
  };
}

function endOf(child: ChildProcess, outputs: readonly Readable[]): Child['ended'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      const settle = () => {
        clearInterval(timer);
        for (const output of outputs) output.destroy();
        resolve({ code, signal });
      };
      let quietMs = 0;
      for (const output of outputs) {
        output.on('data', () => {
          quietMs = 0;
        });
      }
      const stepMs = tailMs / 10;
      const timer = setInterval(() => {
        // While the reader of the guard's output is slow, the rest waits in the pipe. That does not count as silence.
        if (!outputs.some((output) => output.isPaused())) quietMs += stepMs;
        if (quietMs > tailMs) settle();
      }, stepMs);
      const settleIfAll = () => {
        if (outputs.every(({ closed }) => closed)) settle();
      };
      for (const output of outputs) output.once('close', settleIfAll);
      settleIfAll();
    });
  });
}
