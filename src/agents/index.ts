import { basename } from 'node:path';
import type { AgentAdapter, Variables } from './agent.ts';

export interface AgentChoice {
  readonly id: AgentAdapter['id'];
  /** Names under which the agent is looked up on PATH. */
  readonly commandNames: readonly string[];
  load(): Promise<AgentAdapter>;
}

/** Only the chosen one is loaded. `asked`: names under which it may be asked for. */
const agents: readonly (AgentChoice & { readonly asked: readonly string[] })[] = [
  {
    id: 'claude-code',
    asked: ['claude-code', 'claude'],
    commandNames: ['claude'],
    load: async () => (await import('./claude-code/index.ts')).claudeCode,
  },
  {
    id: 'codex',
    asked: ['codex'],
    commandNames: ['codex'],
    load: async () => (await import('./codex/index.ts')).codex,
  },
];

const byName = (name: string) => agents.find(({ asked }) => asked.includes(name));

/**
 * @param invokedAs the path or name under which we were started: a link of the agent's name may lead to us
 * @returns null for a name that `GUARDED_CLAUDE_AGENT` may not have
 */
export function chooseAgent(env: Variables, invokedAs: string): AgentChoice | null {
  const wanted = env.GUARDED_CLAUDE_AGENT;
  if (wanted) return byName(wanted) ?? null;
  const command = env.GUARDED_CLAUDE_COMMAND || invokedAs;
  return byName(basename(command).replace(/\.[cm]?js$/, '')) ?? byName('claude-code') ?? null;
}

/** Of all agents. */
export const allCommandNames: readonly string[] = agents.flatMap(({ commandNames }) => commandNames);

export const commandNamesOf = (id: AgentAdapter['id']): readonly string[] =>
  agents.find((agent) => agent.id === id)?.commandNames ?? [];
