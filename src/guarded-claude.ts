/**
 * `guarded-claude`: every argument belongs to the agent. Decides in which of three ways the agent runs: in our place
 * (subcommands, switched off, inside another guard), with its pipes as they are (print mode, no terminal), or under
 * the guard. One of the two places that exit.
 */
import type { AgentAdapter } from './agents/agent.ts';
import { claudeCode } from './agents/claude-code/index.ts';
import { execAgent } from './platform/exec.ts';
import { findAgent } from './platform/find-executable.ts';
import { runVariable } from './platform/run-mark.ts';

/** Runs the agent and resolves to the exit code. */
export async function main(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const adapter: AgentAdapter = claudeCode;
  const found = findAgent(adapter.commandNames, env);
  if (!found.ok) {
    process.stderr.write(`guarded-claude: ${found.message}\n`);
    return found.code;
  }
  const invocation = adapter.parseArguments(args);
  const interactive = invocation.mode === 'interactive' && process.stdin.isTTY && process.stdout.isTTY;
  const switchedOff = env.GUARDED_CLAUDE === 'off' || env[runVariable] !== undefined;
  if (!interactive || switchedOff) return await execAgent(found.path, args, env);
  const { supervise } = await import('./supervise.ts');
  return await supervise({ adapter, command: found.path, args, invocation, env, cwd: process.cwd() });
}

process.exit(await main(process.argv.slice(2), process.env));
