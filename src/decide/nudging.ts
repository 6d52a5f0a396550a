/** The nudge: waits for the network and the person, then has the keys typed. */
import type { Config } from '../config/schema.ts';
import { isAtWork } from '../detect/phase.ts';
import { spend } from './budget.ts';
import { counted, withCure } from './cure.ts';
import { cutOffPhase } from './cut-off.ts';
import { act, adding, type Step } from './incident.ts';
import { distrusting, probeWhenDue } from './network.ts';
import type { GuardState } from './state.ts';

/** A person who typed this recently may still be typing, so the guard does not type over them. */
export const typingPauseMs = 5_000;

/** The longest time from the interrupt to the submitted prompt. */
const maxTypingMs = 60_000;

export function beginNudge(state: GuardState, cause: string, config: Config): Step {
  const nudging = withCure(spend('nudge', state), 'nudge', cause, null, 'network');
  return probeWhenDue(distrusting(nudging, state.evidence.now), config);
}

export function typeNudge(state: GuardState, cause: string): Step {
  const e = cause === 'stuck-compaction' ? counted(state, 'compactionsCured') : state.evidence;
  const { cure, ...begun } = withCure({ ...state, probing: null }, 'nudge', cause, maxTypingMs, 'typing');
  const interrupts = isAtWork(e);
  const turn = interrupts ? { ...e.turn, interruptSentAt: e.now } : e.turn;
  const yielded = state.cure?.yielded ?? 0;
  const typing = { ...begun, evidence: { ...e, turn }, cure: cure && { ...cure, yielded } };
  return adding(act(typing, 'nudge', 'interrupt, prompt, submit in the living process'), {
    type: 'nudge',
    generation: e.agent.generation,
    interrupt: interrupts,
    phase: cutOffPhase(state, cause),
    cause,
  });
}

export function personTypes({ evidence: e }: GuardState): boolean {
  return e.person.lastKeyAt !== null && e.now - e.person.lastKeyAt < typingPauseMs;
}
