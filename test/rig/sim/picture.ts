/** What stands on the agent's screen, as its adapter reads it. */
import type { Millis, ScreenFacts } from '../../../src/events.ts';
import type { TurnTrouble } from './trouble.ts';
import { failures, maxTries, type Turn } from './turn.ts';

export function ofTurn(turn: Turn, now: Millis): ScreenFacts {
  const { activity, tokens, tries, isThinking, startedAt } = turn;
  if (activity === 'dialog') return { activity, dialog: 'permission' };
  const elapsedS = Math.floor((now - startedAt) / 1_000);
  if (activity === 'compacting') return { activity, elapsedS };
  if (activity === 'retrying') return { activity, elapsedS, retry: { attempt: tries, of: maxTries } };
  return { activity, elapsedS, tokens, ...(isThinking && { thinking: true }) };
}

/** @param banner of an error: a new one is another */
export function ofPrompt(outcome: TurnTrouble | null, banner: string): ScreenFacts {
  const kind = outcome === null ? undefined : failures[outcome];
  return { activity: 'idle', ...(kind && { failure: { kind, fingerprint: banner } }) };
}
