/**
 * `guarded-claude`: every argument belongs to the agent. Decides how the agent runs: in our place (subcommands,
 * switched off, inside another guard), under the guard with pipes (print mode, no terminal to print to), under the
 * guard in a terminal, or, if it serves sessions of its own, restarted after an outage.
 *
 * The build bundles this into one file, so that the agent runs even if nothing else of ours can be loaded. If the agent
 * is not to be guarded, nothing else is loaded.
 */
import { isatty } from 'node:tty';
import type { InvocationMode } from './agents/contract/invocation.ts';
import { isSwitchedOff } from './config/switch.ts';
import { runPlainly, runUnguarded } from './plain.ts';
import { descriptorsInVariables } from './platform/descriptors.ts';
import { answerTo, handedOver, isHandedOver, isLoopError } from './platform/hand-over.ts';
import { letGoOfLostTerminal } from './platform/job-control.ts';
import { markOn } from './platform/run-mark.ts';
import { inputIsNoTerminal, wayThrough } from './platform/streams.ts';
import { findTarget, type Target } from './target.ts';
import { sayWarnings } from './words/say-warnings.ts';

/**
 * Runs the agent and resolves to the exit code. Never rejects: if something fails on our side, the agent runs
 * unguarded.
 * @param problem why the agent cannot be guarded here
 * @param beforeGuard called before the guard is loaded, if it is
 */
export async function main(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  problem: string | null,
  beforeGuard: () => void,
): Promise<number> {
  const code = await exitCodeOf(words, env, problem, beforeGuard);
  letGoOfLostTerminal();
  return code;
}

async function exitCodeOf(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
  problem: string | null,
  beforeGuard: () => void,
): Promise<number> {
  const answer = answerTo(env);
  if (answer !== null) {
    process.stdout.write(answer);
    return 0;
  }
  const found = findTarget(words, env, process.argv[1] ?? '');
  if (!found.ok) {
    process.stderr.write(`guarded-claude: ${found.message}\n`);
    return found.code;
  }
  const { target } = found;
  try {
    if (problem !== null) throw new Error(problem);
    return await run(target, handedOver(env), beforeGuard);
  } catch (error) {
    if (isLoopError(error) && !isHandedOver(env))
      return await exitCodeOf(words, handedOver(env), problem, beforeGuard);
    return await runUnguarded(target, env, error);
  }
}

/** Rejects only before the agent runs. */
async function run(target: Target, env: NodeJS.ProcessEnv, beforeGuard: () => void): Promise<number> {
  const { agent, command, named, args } = target;
  const invocation = agent.parseArguments(args);
  const mark = markOn(env);
  const switchedOff = isSwitchedOff(env) || mark === 'inside';
  const way = switchedOff ? 'plain' : wayOf(invocation.mode, env);
  if (way === 'plain' || (way === 'print' && !agent.isGuardedInPipes)) return await runPlainly(target, env);
  const cwd = process.cwd();
  if (mark === 'leftover') sayWarnings(['this shell was started by another guarded session; guarded anyway']);
  beforeGuard();
  const { guard } = await import('./under-guard.ts');
  return await guard(way, agent.id, { command, named, args, invocation, env, cwd });
}

/** We do not open the streams to find out, because that takes node some milliseconds. */
function wayOf(mode: InvocationMode, env: NodeJS.ProcessEnv): InvocationMode {
  if (mode === 'plain') return mode;
  const [handedOn] = descriptorsInVariables(env).keys();
  if (handedOn !== undefined) {
    sayWarnings([`${handedOn} names an open file, which only one agent can read: the agent runs unguarded`]);
    return 'plain';
  }
  if (mode !== 'interactive') return mode;
  const way = wayThrough({ input: isatty(0), output: isatty(1) });
  if (way === 'plain') sayWarnings([inputIsNoTerminal]);
  return way;
}
