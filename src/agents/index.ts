import type { AgentAdapter } from './agent.ts';

/** Loads only the agent that is asked for. */
export async function loadAgent(id: AgentAdapter['id']): Promise<AgentAdapter> {
  return id === 'codex'
    ? (await import('./codex/index.ts')).codex
    : (await import('./claude-code/index.ts')).claudeCode;
}
