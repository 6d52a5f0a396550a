/**
 * `guarded-claude`: every argument belongs to the agent. Decides in which of three ways the agent runs: in our place
 * (subcommands, switched off, inside another guard), with pipes under the guard (print mode, no terminal to print to),
 * or in a terminal under the guard. One of the two places that exit.
 */
import type { InvocationMode } from './agents/agent.ts';
import { chooseAgent } from './agents/index.ts';
import { execAgent } from './platform/exec.ts';
import { findAgent } from './platform/find-executable.ts';
import { markOn } from './platform/run-mark.ts';
import { sayWarnings } from './report/say-warnings.ts';

/** Runs the agent and resolves to the exit code. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const adapter = await chooseAgent(env, process.argv[1] ?? '');
  if (adapter === null) {
    process.stderr.write(
      `guarded-claude: GUARDED_CLAUDE_AGENT=${env.GUARDED_CLAUDE_AGENT}: must be claude-code or codex\n`,
    );
    return 127;
  }
  const found = findAgent(adapter.commandNames, env);
  if (!found.ok) {
    process.stderr.write(`guarded-claude: ${found.message}\n`);
    return found.code;
  }
  const invocation = adapter.parseArguments(args);
  const mark = markOn(env);
  const switchedOff = env.GUARDED_CLAUDE === 'off' || mark === 'inside';
  const way = switchedOff ? 'plain' : wayOf(invocation.mode, process.stdin.isTTY, process.stdout.isTTY);
  const launch = { adapter, command: found.path, args, invocation, env, cwd: process.cwd() };
  if (way !== 'plain' && mark === 'leftover')
    sayWarnings([
      'this shell was started by an earlier guarded session, which is over; guarded all the same',
    ]);
  if (way === 'print' && adapter.print !== null) {
    const { print } = await import('./print/print.ts');
    return await print(launch, adapter.print);
  }
  if (way === 'interactive') {
    const { supervise } = await import('./supervise.ts');
    return await supervise(launch);
  }
  return await execAgent(found.path, args, env);
}

/** Without a terminal to draw on, the agent prints by itself. */
function wayOf(mode: InvocationMode, readsTerminal: boolean, drawsTerminal: boolean): InvocationMode {
  if (mode === 'interactive' && !drawsTerminal) return 'print';
  return mode === 'interactive' && !readsTerminal ? 'plain' : mode;
}

process.exit(await main(process.argv.slice(2), process.env));
