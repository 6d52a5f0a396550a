/** How a session's agent, with the same home, is started from another shell or another day. */
import type { AgentAdapter } from './agent.ts';
import { chooseAgent } from './choose.ts';
import type { Variables } from './contract/invocation.ts';

/** Variables that decide which agent and which home are used: paths and names, no secrets. */
const kept = [
  'GUARDED_CLAUDE_AGENT',
  'GUARDED_CLAUDE_COMMAND',
  'CLAUDE_CONFIG_DIR',
  'XDG_CONFIG_HOME',
  'XDG_STATE_HOME',
] as const;

export interface Started {
  readonly adapter: Pick<AgentAdapter, 'id'>;
  readonly env: Variables;
  /** The words of our command line that name the agent; mostly none. */
  readonly named: readonly string[];
}

/** The variables to start with. A link's name may have chosen the agent; then a variable chooses it from now on. */
export function variablesToStart({ adapter, env, named }: Started): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const name of kept) {
    const value = env[name];
    if (value !== undefined) variables[name] = value;
  }
  const wanted = named.length === 0 ? variables : { ...variables, GUARDED_CLAUDE_COMMAND: named.at(-1) };
  if (chooseAgent(wanted, '')?.id !== adapter.id) variables.GUARDED_CLAUDE_AGENT = adapter.id;
  return variables;
}

/** The first words of a command that starts the guard. `env` is understood by every shell, and by no alias of ours. */
export function startWords(
  variables: Readonly<Record<string, string>>,
  program: readonly string[] = ['guarded-claude'],
): readonly string[] {
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return settings.length === 0 ? program : ['env', ...settings, ...program];
}
