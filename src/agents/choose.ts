/**
 * Which agent is meant, and what its arguments ask for: enough to decide whether it is guarded, and to run it if not.
 */
import { basename } from 'node:path';
import type { AgentAdapter } from './agent.ts';
import { parseArguments as parseClaudeCode } from './claude-code/launch/arguments.ts';
import { parseArguments as parseCodex } from './codex/arguments.ts';
import type { Invocation, Variables } from './contract/invocation.ts';

export interface AgentChoice {
  readonly id: AgentAdapter['id'];
  /** Names under which the agent is looked up on PATH. */
  readonly commandNames: readonly string[];
  parseArguments(args: readonly string[]): Invocation;
  /** Whether it can be guarded in pipes instead of a terminal. */
  readonly isGuardedInPipes: boolean;
}

/** `asked`: names by which `GUARDED_CLAUDE_AGENT` or a command may ask for it. */
const agents: readonly (AgentChoice & { readonly asked: readonly string[] })[] = [
  {
    id: 'claude-code',
    asked: ['claude-code', 'claude'],
    commandNames: ['claude'],
    parseArguments: parseClaudeCode,
    isGuardedInPipes: true,
  },
  {
    id: 'codex',
    asked: ['codex'],
    commandNames: ['codex'],
    parseArguments: parseCodex,
    isGuardedInPipes: false,
  },
];

const byName = (name: string) => agents.find(({ asked }) => asked.includes(name));

/**
 * @param invokedAs the path or name by which we were started: a link with an agent's name may lead to us
 * @returns null if `GUARDED_CLAUDE_AGENT` has an unknown value
 */
export function chooseAgent(env: Variables, invokedAs: string): AgentChoice | null {
  const wanted = env.GUARDED_CLAUDE_AGENT;
  if (wanted) return byName(wanted) ?? null;
  const command = env.GUARDED_CLAUDE_COMMAND || invokedAs;
  return byName(basename(command).replace(/\.[cm]?js$/, '')) ?? byName('claude-code') ?? null;
}

/** What to say if none could be chosen. */
export const unknownAgent = (env: Variables): string =>
  `GUARDED_CLAUDE_AGENT=${env.GUARDED_CLAUDE_AGENT}: must be ${agents.map(({ id }) => id).join(' or ')}`;

/** The command names of all agents. */
export const allCommandNames: readonly string[] = agents.flatMap(({ commandNames }) => commandNames);

export const commandNamesOf = (id: AgentAdapter['id']): readonly string[] =>
  agents.find((agent) => agent.id === id)?.commandNames ?? [];
