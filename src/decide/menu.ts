/**
 * Menus of the agent that a policy answers. "Resume from summary?" is answered only in an agent that the guard
 * relaunched; otherwise the person started the agent and answers. The menu at a usage limit is answered if nobody else
 * does: "Stop and wait" costs nothing, and the turn is resumed after the reset.
 */
import type { Config } from '../config/schema.ts';
import type { Effect } from '../effects.ts';
import type { Event } from '../events.ts';
import { giveUp } from './asking.ts';
import { act, adding, open, type Step, stay } from './incident.ts';
import type { GuardState } from './state.ts';

type Answer = Extract<Effect, { type: 'choose' }>['answer'];

/** How long the menu at a usage limit is left to the person; then they count as away. */
const awayMs = 30_000;

/** The policy's answer to the menu on the screen; null: none. */
export function menuAnswer({ evidence: e, menu }: GuardState, config: Config): Answer | null {
  const { dialog } = e.screen?.facts ?? {};
  if (menu !== 'unseen' || !e.screen) return null;
  if (dialog === 'limit-menu') {
    const since = Math.max(e.screen.activitySince, e.person.lastKeyAt ?? 0);
    return e.now - since >= awayMs ? 'wait-for-limit' : null;
  }
  const { resume_dialog } = config.recovery;
  if (dialog !== 'resume-choice' || !e.agent.resumed || e.agent.generation === 1 || resume_dialog === 'ask')
    return null;
  return e.person.lastKeyAt !== null && e.person.lastKeyAt > e.agent.startedAt ? null : resume_dialog;
}

export function answerMenu(state: GuardState, answer: Answer): Step {
  const { evidence: e } = state;
  const why = {
    class: 'usage-limit',
    since: e.screen?.activitySince ?? e.now,
    because: ['the agent asks what to do about a usage limit', 'nobody answers'],
  };
  const answering: GuardState = {
    ...(answer === 'wait-for-limit' ? open(state, why) : state),
    menu: 'answering',
  };
  const told = act(answering, 'wait', `answers the menu with "${answer}"`);
  return adding(told, { type: 'choose', generation: e.agent.generation, answer });
}

export function onChosen(state: GuardState, event: Event): Step {
  if (event.type !== 'choose.done') return stay(state);
  if (event.ok) return stay({ ...state, menu: 'answered' });
  const failed: GuardState = { ...state, menu: 'failed' };
  // If a cure is pending, the relaunched agent's menu is part of its proof.
  return failed.incident && !failed.cure
    ? giveUp(failed, 'the agent asks what to do about a usage limit')
    : stay(failed);
}

/** A menu that has left the screen may come again, whatever became of it. */
export function forgetMenu(state: GuardState): GuardState {
  if (state.menu === 'unseen' || state.evidence.screen?.facts.activity !== 'idle') return state;
  return { ...state, menu: 'unseen' };
}
