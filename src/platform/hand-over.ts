/**
 * Marks that we handed over to what we took for the agent. It may be a wrapper that leads back to us (a shim that looks
 * for the next `claude` on PATH, an alias in a script). Names and file contents do not always show that, but asking
 * does.
 *
 * The first hand-over is checked only if the version must be asked for anyway. If a guard gets our own answer, or finds
 * the mark in its environment, it first asks each candidate for its version, with a mark that makes us answer instead.
 * So no wrapper in a chain runs a third time. A real agent also passes the mark on to its tools; a guard that they
 * start merely asks once more than necessary.
 */
import { spawnSync } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

const handOverVariable = 'GUARDED_CLAUDE_DEPTH';

const question = 'question';
const answer = 'guarded-claude leads here';
/**
 * Timeout for an answer. A wrapper may be slow, because it may start node twice. What does not answer is not us.
 */
const answerMs = 5_000;

export const isHandedOver = (env: Environment): boolean => (env[handOverVariable] ?? '') !== '';

/** The environment for the program to which we hand over. */
export function handedOver(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const depth = Number(env[handOverVariable]);
  return { ...env, [handOverVariable]: String(Number.isSafeInteger(depth) ? depth + 1 : 1) };
}

/** Our answer to another guard that asks. Null: no guard asks. */
export const answerTo = (env: Environment): string | null =>
  env[handOverVariable] === question ? `${answer}\n` : null;

/** The environment in which a guard answers instead of the agent. */
export const asking = (env: Environment): Environment => ({ ...env, [handOverVariable]: question });

export const isOurAnswer = (output: string): boolean => output.includes(answer);

/** Thrown if what was taken for the agent leads back to a guard. */
export class LoopError extends Error {
  override readonly name = 'LoopError';
}

/** Compares the name, because each of our bundles has a class of its own. */
export const isLoopError = (error: unknown): boolean => error instanceof Error && error.name === 'LoopError';

/** Whether this executable leads back to a guard. */
export function loopsBack(path: string, env: Environment): boolean {
  const { stdout } = spawnSync(path, ['--version'], {
    env: asking(env),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: answerMs,
    killSignal: 'SIGKILL',
  });
  return isOurAnswer(stdout?.toString() ?? '');
}
