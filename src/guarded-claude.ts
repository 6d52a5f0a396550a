/**
 * `guarded-claude`: every argument belongs to the agent. Decides in which of three ways the agent runs: in our place
 * (subcommands, switched off, inside another guard), with pipes under the guard (print mode, no terminal to print to),
 * or in a terminal under the guard. One of the two places that exit.
 */
import type { InvocationMode } from './agents/agent.ts';
import { runPlainly, runUnguarded } from './plain.ts';
import { answerTo, handedOver, isHandedOver, LeadsBack } from './platform/hand-over.ts';
import { markOn } from './platform/run-mark.ts';
import { sayWarnings } from './report/say-warnings.ts';
import { findTarget, type Target } from './target.ts';

/** Runs the agent and resolves to the exit code. Never rejects: what fails on our side ends in the plain agent. */
export async function main(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
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
    return await run(target, handedOver(env));
  } catch (error) {
    if (error instanceof LeadsBack && !isHandedOver(env)) return await main(words, handedOver(env));
    return await runUnguarded(target, env, error);
  }
}

/** Rejects only before the agent runs. */
async function run(target: Target, env: NodeJS.ProcessEnv): Promise<number> {
  const { command, named, args } = target;
  const adapter = await target.agent.load();
  const invocation = adapter.parseArguments(args);
  const mark = markOn(env);
  const switchedOff = env.GUARDED_CLAUDE === 'off' || mark === 'inside';
  const way = switchedOff ? 'plain' : wayOf(invocation.mode, process.stdin.isTTY, process.stdout.isTTY);
  if (way === 'plain' || (way === 'print' && adapter.print === null)) return await runPlainly(target, env);
  const launch = { adapter, command, named, args, invocation, env, cwd: process.cwd() };
  if (mark === 'leftover')
    sayWarnings([
      'this shell was started by an earlier guarded session, which is over; guarded all the same',
    ]);
  if (way === 'print' && adapter.print !== null) {
    const { print } = await import('./print/print.ts');
    return await print(launch, adapter.print);
  }
  const { supervise } = await import('./supervise.ts');
  return await supervise(launch);
}

/** Without a terminal to draw on, the agent prints by itself. */
function wayOf(mode: InvocationMode, readsTerminal: boolean, drawsTerminal: boolean): InvocationMode {
  if (mode === 'interactive' && !drawsTerminal) return 'print';
  return mode === 'interactive' && !readsTerminal ? 'plain' : mode;
}

process.exit(await main(process.argv.slice(2), process.env));
