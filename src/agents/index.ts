import type { AgentAdapter } from './agent.ts';

/** Only the one that is asked for is loaded. */
export async function loadAgent(id: AgentAdapter['id']): Promise<AgentAdapter> {
  return id === 'codex'
    ? (await import('./codex/index.ts')).codex
    : (await import('./claude-code/index.ts')).claudeCode;
}
