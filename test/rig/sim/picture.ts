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

/** What stands directly above the free prompt, if it is an error or reads like one. */
export type Banner = ScreenFacts['failure'];

/** @param words of the error; the same failure often has the same */
export function bannerOf(outcome: TurnTrouble, words: number): Banner {
  const kind = failures[outcome];
  return kind && { kind, fingerprint: `${kind}-${words}` };
}

export const ofPrompt = (failure: Banner): ScreenFacts => ({ activity: 'idle', ...(failure && { failure }) });
