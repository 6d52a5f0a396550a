/**
 * `guarded-claude/sdk`, for hosts of the Agent SDK: `query({ prompt, options: { spawnClaudeCodeProcess: spawnGuarded } })`
 * runs the very agent that the SDK would have started, under the guard. Where the guard cannot run the agent runs alone.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { judgeFile } from '../platform/executable-file.ts';
import { launcher } from '../platform/own-files.ts';

/** As the SDK hands them over. */
export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** The whole environment; nothing of ours is added to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted: the agent's input is ended, and two seconds later it is told to end. */
  readonly signal: AbortSignal;
}

/** The guard with the agent under it: its pipes are the agent's, its end is the agent's end. Errors go to our own. */
export type GuardedProcess = ChildProcessByStdio<Writable, Readable, null>;

/** As long as the SDK gives an agent that it has told to end by ending its input. */
const graceMs = 2_000;

/** Starts it. As with `child_process.spawn` a start that fails is told by `error`. */
export function spawnGuarded({ command, args, cwd, env, signal }: SpawnOptions): GuardedProcess {
  const node = findNode(env);
  const agent = absolute(command, env);
  const guard = launcher('guarded-claude');
  const [file, words] = node === null || agent === null ? [command, args] : [node, [guard, agent, ...args]];
  const child = spawn(file, words, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const end = () => {
    // Who has ended the input has waited already.
    const delayMs = child.stdin.writableEnded ? 0 : graceMs;
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGTERM'), delayMs);
    child.once('exit', () => clearTimeout(timer));
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  child.once('exit', () => signal.removeEventListener('abort', end));
  return child;
}

/** The host's own runtime, or the one on its PATH where that is another. Null: there is none. */
function findNode(env: SpawnOptions['env']): string | null {
  const { versions, execPath } = process;
  const isNode = versions.bun === undefined && versions.deno === undefined && versions.electron === undefined;
  return isNode ? execPath : absolute('node', env);
}

/** Path of an executable file; null where it is none, or one of a folder that only the agent will be in. */
function absolute(command: string, env: SpawnOptions['env']): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const paths = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command));
  const found = command.includes('/') && !isAbsolute(command) ? [] : paths;
  return found.find((path) => judgeFile(path) === null) ?? null;
}
