/** What the fuzzer has the rest of the guard make of what was read. */

import { defaults } from '../../src/config/schema.ts';
import { step } from '../../src/decide/machine.ts';
import { initialState } from '../../src/decide/state.ts';
import type { Observation } from '../../src/events.ts';
import { interruptedPrompt, type PromptOptions } from '../../src/recover/prompt.ts';
import { buildSnapshot, type SnapshotFacts } from '../../src/recover/snapshot.ts';

/** The conversation in which everything happens. */
export const conversationId = '11111111-2222-4333-8444-555555555555';

/** What the core makes of these observations. */
export function judge(observations: readonly Observation[]): void {
  let state = initialState(0);
  for (const [at, observation] of observations.entries())
    state = step(state, { ...observation, at: at * 1_000 }, defaults).state;
}

/** The prompt that the next agent would get. */
export function promptFrom(
  known: Pick<SnapshotFacts, 'ledger' | 'transcript' | 'turnRunning'>,
  options: Omit<PromptOptions, 'template' | 'autoRetryReadonlyTools'>,
): string {
  const snapshot = buildSnapshot({
    ...known,
    sessionId: conversationId,
    cause: 'fuzz',
    agentVersion: null,
    writtenAt: '',
    compacting: false,
    screenText: null,
  });
  return interruptedPrompt(snapshot, { ...options, autoRetryReadonlyTools: true, template: null });
}

/** Null: it is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
