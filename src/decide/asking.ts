/** The end of the ladder: a person must decide. */
import type { Event } from '../events.ts';
import { withCure } from './cure.ts';
import { act, adding, andThen, close, finishing, type Step, stay } from './incident.ts';
import type { GuardState } from './state.ts';

/**
 * Out of cures. With a living agent: leave it alone, tell the person, look on. Without one: say how to go on by hand
 * and end with the agent's own exit.
 */
export function giveUp(state: GuardState, detail: string, outcome: 'gave_up' | 'user' = 'gave_up'): Step {
  const { evidence: e } = state;
  const cause = state.incident?.class ?? 'unknown';
  const alive = e.agent.exit === null && state.name !== 'down' && state.name !== 'launching';
  if (!alive) return abandon(state, detail, outcome);
  return andThen(act(state, 'ask', detail), (next) => {
    const asked: GuardState = { ...next, name: 'asking', since: e.now, asked: next.asked + 1 };
    const asking = stay(withCure(asked, 'ask', cause, null));
    const { incident } = next;
    return incident ? adding(asking, { type: 'notify', what: 'blocked', incident }) : asking;
  });
}

/** The end: says how to go on by hand, with the code of the agent's own end if there was one. */
export function abandon(state: GuardState, detail: string, outcome: 'gave_up' | 'user' = 'gave_up'): Step {
  const { exit } = state.evidence.agent;
  const cause = state.incident?.class ?? 'unknown';
  const told = adding(
    andThen(act(state, 'ask', detail), (next) => close(next, outcome)),
    { type: 'notice', notice: { kind: 'gave-up', cause, detail } },
  );
  return finishing(told, exit?.code || 1, exit?.signal ?? null); // also of an agent that did nothing and exited well
}

/** Asking over an agent that was to be stopped and has not ended: it has lost the terminal, and keys reach nobody. */
export function isBeyondStop({ name, down, evidence }: GuardState): boolean {
  return name === 'asking' && down !== null && evidence.agent.exit === null;
}

/** Ctrl+C is the one key that means something there. */
export function leaveBehind(state: GuardState, event: Event): Step {
  if (event.type !== 'input' || (event.kind !== 'interrupt' && event.kind !== 'exit')) return stay(state);
  return finishing(close(state, 'user'), 1, null);
}
