/** What follows a nudge, whether its keys were typed or not. */
import type { Config } from '../config/schema.ts';
import { verdictOn } from '../detect/verdict.ts';
import type { Event } from '../events.ts';
import { giveUp } from './asking.ts';
import { act, andThen, type Step, stay } from './incident.ts';
import { distrusting } from './network.ts';
import { typingPauseMs } from './nudging.ts';
import { hasBegun, proofMs } from './proof.ts';
import { takeRung } from './rungs.ts';
import type { GuardState } from './state.ts';

/** How often the guard yields to an unsent draft before it tells the person. */
const maxYields = 12;

export function onNudgeDone(state: GuardState, event: Event, config: Config): Step {
  const { cure, evidence: e } = state;
  if (event.type !== 'nudge.done' || cure?.stage !== 'typing') return stay(state);
  switch (event.outcome) {
    case 'submitted': {
      // An agent with a queue goes on by itself as soon as it is interrupted.
      const at = hasBegun(e, cure.at) ? cure.at : e.now;
      return stay({ ...state, cure: { ...cure, stage: 'verify', at, deadline: e.now + proofMs.nudge } });
    }
    case 'person-typing':
      if (cure.yielded >= maxYields) return giveUp(state, 'your own text is in the input box');
      return andThen(act(state, 'wait', 'somebody is typing'), (next) =>
        stay({
          ...distrusting(next, e.now + typingPauseMs),
          cure: { ...cure, stage: 'network', yielded: cure.yielded + 1 },
        }),
      );
    case 'dialog':
      return giveUp(state, 'the agent asks something that only a person can answer');
    case 'not-idle':
    case 'no-echo':
      return takeRung(
        state,
        'relaunch',
        verdictOn(cure.class, cure.at, [`the agent did not take the nudge: ${event.outcome}`], 'relaunch'),
        config,
      );
    case 'agent-gone':
      return stay(state);
  }
}
