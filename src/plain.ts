/** Runs the agent in our place: if it is to run unwatched, or if something fails on our side before it runs. */
import { execAgent, oneLineOf, startFailure, startFailureCode } from './platform/exec.ts';
import { handedOver } from './platform/hand-over.ts';
import type { Target } from './target.ts';

/** @param env carries the mark that we have handed over */
export const runPlainly = ({ command, named, args }: Target, env: NodeJS.ProcessEnv): Promise<number> =>
  execAgent(command, [...named.slice(1), ...args], env);

/** Says in one line why there is no guard or, if the agent itself cannot be started, why not. */
export async function runUnguarded(target: Target, env: NodeJS.ProcessEnv, reason: unknown): Promise<number> {
  const { syscall = '' } = reason as NodeJS.ErrnoException;
  if (syscall.startsWith('spawn')) {
    say(startFailure(target.command, reason));
    return startFailureCode(reason);
  }
  const words = syscall === 'uv_cwd' ? 'the current folder no longer exists' : oneLineOf(reason);
  say(`the agent runs unguarded: ${words}`);
  return await runPlainly(target, handedOver(env));
}

function say(text: string): void {
  try {
    process.stderr.write(`guarded-claude: ${text}\n`);
  } catch {
    // nobody is reading stderr
  }
}
