/** Which agent is guarded: as `GUARDED_CLAUDE_AGENT` says, else by the name of the command, else Claude Code. */
import { basename } from 'node:path';
import type { AgentAdapter, Variables } from './agent.ts';

/** Names under which each may be asked for. Only the chosen one is loaded. */
const agents: readonly { readonly names: readonly string[]; readonly load: () => Promise<AgentAdapter> }[] = [
  {
    names: ['claude-code', 'claude'],
    load: async () => (await import('./claude-code/index.ts')).claudeCode,
  },
  { names: ['codex'], load: async () => (await import('./codex/index.ts')).codex },
];

const byName = (name: string) => agents.find(({ names }) => names.includes(name));

/**
 * @param invokedAs the path or name under which we were started: a link of the agent's name may lead to us
 * @returns null for a name that `GUARDED_CLAUDE_AGENT` may not have
 */
export async function chooseAgent(env: Variables, invokedAs: string): Promise<AgentAdapter | null> {
  const wanted = env.GUARDED_CLAUDE_AGENT;
  if (wanted) return (await byName(wanted)?.load()) ?? null;
  const command = env.GUARDED_CLAUDE_COMMAND || invokedAs;
  const chosen = byName(basename(command).replace(/\.[cm]?js$/, '')) ?? byName('claude-code');
  return (await chosen?.load()) ?? null;
}
