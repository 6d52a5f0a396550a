/** The agent in our place: where it is to run unwatched, and whenever something fails on our side before it runs. */
import { execAgent, oneLineOf, startFailure, startFailureCode } from './platform/exec.ts';
import { handedOver } from './platform/hand-over.ts';
import type { Target } from './target.ts';

/** @param env with the mark that we handed over */
export const runPlainly = ({ command, named, args }: Target, env: NodeJS.ProcessEnv): Promise<number> =>
  execAgent(command, [...named.slice(1), ...args], env);

/** Says in one line why the guard is not there; or, if it is the agent that cannot be started, why not. */
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
    // nobody reads it
  }
}
