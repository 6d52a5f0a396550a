/** The agent under the guard. Loaded only if the agent is guarded, and only the parts for this agent and this mode. */

import type { AgentAdapter } from './agents/agent.ts';
import { commandNamesOf } from './agents/choose.ts';
import { loadAgent } from './agents/index.ts';
import type { Launch } from './guard/run.ts';

/** Resolves to the exit code. Rejects only before the agent runs. */
export async function guard(
  way: 'interactive' | 'print' | 'serving',
  id: AgentAdapter['id'],
  given: Omit<Launch, 'adapter'>,
): Promise<number> {
  // Node would open its debugger, and write into the agent's screen.
  process.on('SIGUSR1', () => {});
  if (way === 'interactive') {
    // tmux and session managers recognise what runs in a terminal by the name of its foreground process.
    process.title = commandNamesOf(id)[0] ?? process.title;
    const [adapter, { supervise }] = await Promise.all([loadAgent(id), import('./guard/supervise.ts')]);
    return await supervise({ ...given, adapter });
  }
  if (way === 'serving') {
    const [adapter, { keep }] = await Promise.all([loadAgent(id), import('./service/keep.ts')]);
    return await keep({ ...given, adapter });
  }
  const [adapter, { print }] = await Promise.all([loadAgent(id), import('./print/print.ts')]);
  if (adapter.print === null) throw new Error(`${adapter.name} is not guarded in pipes`);
  return await print({ ...given, adapter }, adapter.print);
}
