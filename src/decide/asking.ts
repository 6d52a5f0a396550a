/** The end of the ladder: a person must decide. */
import type { Event } from '../events.ts';
import { withCure } from './cure.ts';
import { act, andThen, close, type Step, stay } from './incident.ts';
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
    const asking = {
      ...withCure(next, 'ask', cause, null),
      name: 'asking' as const,
      since: e.now,
      asked: next.asked + 1,
    };
    const { incident } = asking;
    return { state: asking, effects: incident ? [{ type: 'notify', what: 'blocked', incident }] : [] };
  });
}

/** The end: says how to go on by hand, with the code of the agent's own end if there was one. */
export function abandon(state: GuardState, detail: string, outcome: 'gave_up' | 'user' = 'gave_up'): Step {
  const { exit } = state.evidence.agent;
  const cause = state.incident?.class ?? 'unknown';
  return andThen(act(state, 'ask', detail), (next) =>
    andThen(close(next, outcome), (closed) => ({
      state: { ...closed, name: 'finished', since: state.evidence.now },
      effects: [
        { type: 'notice', notice: { kind: 'gave-up', cause, detail } },
        // Also of an agent that did nothing and exited well.
        { type: 'exit', code: exit?.code || 1, signal: exit?.signal ?? null },
      ],
    })),
  );
}

/** Asking over an agent that was to be stopped and has not ended: it has lost the terminal, and keys reach nobody. */
export function isBeyondStop({ name, down, evidence }: GuardState): boolean {
  return name === 'asking' && down !== null && evidence.agent.exit === null;
}

/** Ctrl+C is the one key that means something there. */
export function leaveBehind(state: GuardState, event: Event): Step {
  if (event.type !== 'input' || (event.kind !== 'interrupt' && event.kind !== 'exit')) return stay(state);
  return andThen(close(state, 'user'), (closed) => ({
    state: { ...closed, name: 'finished', since: event.at },
    effects: [{ type: 'exit', code: 1, signal: null }],
  }));
}
