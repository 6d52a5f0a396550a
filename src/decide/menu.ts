/**
 * Menus that come up in a resumed agent and have an answer by policy. Only in an agent that the guard relaunched:
 * in one that the person started the person answers.
 */
import type { Config } from '../config/schema.ts';
import type { Event } from '../events.ts';
import { act, andThen, type Step, stay } from './incident.ts';
import type { GuardState } from './state.ts';

/** The policy's answer to the menu on the screen; null when there is none to give. */
export function menuAnswer({ evidence: e, menu }: GuardState, config: Config): 'full' | 'summary' | null {
  const { resume_dialog } = config.recovery;
  if (menu !== 'unseen' || !e.resumed || e.generation === 1 || resume_dialog === 'ask') return null;
  if (e.lastKeyAt !== null && e.lastKeyAt > e.startedAt) return null;
  return e.screen?.facts.dialog === 'resume-choice' ? resume_dialog : null;
}

export function answerMenu(state: GuardState, answer: 'full' | 'summary'): Step {
  const answering: GuardState = { ...state, menu: 'answering' };
  return andThen(act(answering, 'wait', `answers "resume from summary?" with ${answer}`), (next) => ({
    state: next,
    effects: [{ type: 'choose', generation: next.evidence.generation, answer }],
  }));
}

export function onChosen(state: GuardState, event: Event): Step {
  return event.type === 'choose.done'
    ? stay({ ...state, menu: event.ok ? 'answered' : 'failed' })
    : stay(state);
}
