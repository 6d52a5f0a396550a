/**
 * Runs the agent in our place, with the same terminal and pipes, unwatched. If node can replace the process
 * (`process.execve`, node 22.15 and later), it does. Otherwise we wait, and ignore the signals that the agent gets as
 * well.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants as fileConstants } from 'node:fs';
import { descriptorsInArguments, descriptorsInVariables } from './descriptors.ts';
import { signalExitCode } from './signals.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Execve = (file: string, args: readonly string[], env: Environment) => never;

/** The table of open files may be full until, a moment later, node closes the modules that could not be loaded. */
const fullTries = 20;
const fullPauseMs = 50;

/**
 * Ends as the agent ends: with its code, or 128+n if signal n ended it. If it cannot start, prints one line and ends
 * with 126 or 127.
 */
export async function execAgent(file: string, args: readonly string[], env: Environment): Promise<number> {
  const shared = [...descriptorsInArguments(args), ...descriptorsInVariables(env).values()];
  if (shared.length === 0) replaceProcess(file, args, env);
  for (let left = fullTries; ; left--) {
    try {
      return await runBeside(file, args, env, shared);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EMFILE' && left > 0) {
        await new Promise((resolve) => setTimeout(resolve, fullPauseMs));
        continue;
      }
      process.stderr.write(`guarded-claude: ${startFailure(file, error)}\n`);
      return startFailureCode(error);
    }
  }
}

/** Rejects if the agent cannot be started. */
async function runBeside(
  file: string,
  args: readonly string[],
  env: Environment,
  shared: readonly number[],
): Promise<number> {
  const stdio: ('inherit' | 'ignore')[] = ['inherit', 'inherit', 'inherit'];
  for (const descriptor of shared) stdio[descriptor] = 'inherit';
  const child = spawn(file, args, { stdio: Array.from(stdio, (each) => each ?? 'ignore'), env });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  child.on('error', () => {}); // a signal could not be sent, because the agent has just ended
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {}); // the terminal sends it to both
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(exitCode(code, signal)));
  });
}

/** A program that only starts another one. If it cannot, it says why in one line, and ends with 126 or 127. */
const starter = '/usr/bin/env';

/** The command, run through the starter, which can say why a start failed. Without a starter, the command itself. */
export function throughStarter<Command extends { readonly file: string; readonly args: readonly string[] }>(
  command: Command,
): Command {
  if (command.file.includes('=')) return command; // the starter would take the file for a variable
  try {
    accessSync(starter, fileConstants.X_OK);
    return { ...command, file: starter, args: [command.file, ...command.args] };
  } catch {
    return command;
  }
}

/**
 * Node aborts if `execve` fails, and only the kernel knows whether it will (the file may be being replaced). So the
 * starter takes our place. Returns if this node cannot do that, or if there is no starter.
 */
function replaceProcess(file: string, args: readonly string[], env: Environment): void {
  const { execve } = process as { execve?: Execve };
  const start = throughStarter({ file, args });
  if (execve !== undefined && start.file === starter)
    execve(starter, [starter, ...start.args], withoutUndefined(env));
}

/** One line for the person. @param error the error of an attempt to start this file */
export function startFailure(file: string, error: unknown): string {
  const words = new Map([
    ['ENOENT', 'no such file'],
    ['EACCES', 'permission denied'],
    ['ETXTBSY', 'the file is being written right now; try again'],
    ['ENOEXEC', 'not a program for this machine'],
    ['E2BIG', 'too many arguments, or an environment that is too large'],
    ['EMFILE', 'too many open files'],
    ['ENFILE', 'too many open files on this machine'],
    ['EAGAIN', 'no more processes are allowed'],
    ['ENOMEM', 'not enough memory'],
  ]);
  const { code } = error as NodeJS.ErrnoException;
  return `${file} cannot be started: ${(code && words.get(code)) ?? oneLineOf(error)}`;
}

export const startFailureCode = (error: unknown): 126 | 127 =>
  (error as NodeJS.ErrnoException).code === 'ENOENT' ? 127 : 126;

/** What went wrong, without a stack. */
export function oneLineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

/** The exit code that a shell would report. */
export function exitCode(code: number | null, signal: string | null): number {
  return signal === null ? (code ?? 1) : signalExitCode(signal);
}

function withoutUndefined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
