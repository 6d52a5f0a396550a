/**
 * `guarded-claude/sdk`, for hosts of the Agent SDK: `query({ prompt, options: { spawnClaudeCodeProcess: spawnGuarded }
 * })` runs exactly the agent that the SDK would have started, but under the guard. If the guard cannot run, the agent
 * runs alone.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { judgeFile } from '../platform/executable-file.ts';
import { launcher } from '../platform/own-files.ts';

/** The options that the SDK passes. */
export interface SpawnOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string | undefined;
  /** The whole environment. We add nothing to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** On abort, the agent's input is ended, and two seconds later the agent gets SIGTERM. */
  readonly signal: AbortSignal;
}

/**
 * The guard with the agent under it. Its pipes are the agent's, and it ends as the agent ends. Standard error is
 * inherited from the host.
 */
export type GuardedProcess = ChildProcessByStdio<Writable, Readable, null>;

/** How long the SDK gives an agent to end after the end of its input. */
const graceMs = 2_000;

/** Starts the agent. As with `child_process.spawn`, `error` reports a failed start. */
export function spawnGuarded({ command, args, cwd, env, signal }: SpawnOptions): GuardedProcess {
  const node = findNode(env);
  const agent = absolute(command, env);
  const guard = launcher('guarded-claude');
  const runs = node !== null && agent !== null && existsSync(guard);
  const [file, words] = runs ? [node, [guard, agent, ...args]] : [command, args];
  const child = spawn(file, words, { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const end = () => {
    // Whoever has already ended the input has already waited.
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

/**
 * The host's own node, or the one on PATH if the host is another runtime or was updated while it runs. Null: there is
 * none.
 */
function findNode(env: SpawnOptions['env']): string | null {
  const { versions, execPath } = process;
  const isNode = versions.bun === undefined && versions.deno === undefined && versions.electron === undefined;
  return isNode && judgeFile(execPath) === null ? execPath : absolute('node', env);
}

/** Path of an executable file; null if there is none, or if it is relative to the agent's own working directory. */
function absolute(command: string, env: SpawnOptions['env']): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  const paths = isAbsolute(command) ? [command] : folders.map((folder) => join(folder, command));
  const found = command.includes('/') && !isAbsolute(command) ? [] : paths;
  return found.find((path) => judgeFile(path) === null) ?? null;
}
