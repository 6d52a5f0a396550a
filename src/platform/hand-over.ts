/**
 * Marks that we handed over to what we took for the agent. It may be a wrapper that leads back to us (a shim that looks
 * for the next `claude` on PATH, an alias in a script); names and texts cannot tell in every case, asking it can.
 *
 * The first hand-over is asked about only where the version has to be asked for anyway. Whoever gets our own answer, or
 * finds the mark in its environment, asks each candidate for its version first, with a mark that makes us answer in its
 * place: no wrapper of a chain runs a third time. A real agent hands the mark down to its tools, too; a guard that they
 * start only asks once more than it had to.
 */
import { spawnSync } from 'node:child_process';

type Environment = Readonly<Record<string, string | undefined>>;

const handOverVariable = 'GUARDED_CLAUDE_DEPTH';

const question = 'question';
const answer = 'guarded-claude leads here';
/** A wrapper may take its time (it may start node twice); one that does not answer is not ourselves. */
const answerMs = 5_000;

export const isHandedOver = (env: Environment): boolean => (env[handOverVariable] ?? '') !== '';

/** The environment of what we hand over to. */
export function handedOver(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const depth = Number(env[handOverVariable]);
  return { ...env, [handOverVariable]: String(Number.isSafeInteger(depth) ? depth + 1 : 1) };
}

/** What we say to one of us that asks; null: nobody asks. */
export const answerTo = (env: Environment): string | null =>
  env[handOverVariable] === question ? `${answer}\n` : null;

/** The environment in which one of us answers in the place of the agent. */
export const asking = (env: Environment): Environment => ({ ...env, [handOverVariable]: question });

export const isOurAnswer = (output: string): boolean => output.includes(answer);

/** What was taken for the agent ends in one of us. */
export class LeadsBack extends Error {
  override readonly name = 'LeadsBack';
}

/** By its name: the files that we are built into have a class each. */
export const isLeadsBack = (error: unknown): boolean => error instanceof Error && error.name === 'LeadsBack';

/** Whether running this executable ends in one of us. */
export function leadsBack(path: string, env: Environment): boolean {
  const { stdout } = spawnSync(path, ['--version'], {
    env: asking(env),
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: answerMs,
    killSignal: 'SIGKILL',
  });
  return isOurAnswer(stdout?.toString() ?? '');
}
