/**
 * Runs the agent in our place: same terminal, same pipes, nothing watched. Where node can replace the process
 * (`process.execve`, node 22.15 and later) it does; else we wait, deaf to the signals that the agent gets as well.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

type Environment = Readonly<Record<string, string | undefined>>;

/** Ends as the agent ends: its code, or 128+n if signal n ended it. */
export async function execAgent(file: string, args: readonly string[], env: Environment): Promise<number> {
  const replace = (process as { execve?: (file: string, args: readonly string[], env: Environment) => never })
    .execve;
  if (replace) replace(file, [file, ...args], withoutUndefined(env));
  return await new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit', env });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(exitCode(code, signal)));
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {}); // the terminal sends it to both
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  });
}

/** What a shell would say of such an end. */
export function exitCode(code: number | null, signal: string | null): number {
  if (signal === null) return code ?? 1;
  return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
}

function withoutUndefined(env: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
