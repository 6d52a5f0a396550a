/** Each rung of the ladder: how it begins. */
import type { Config } from '../config/schema.ts';
import { traitsOf } from '../detect/detector.ts';
import type { Host } from '../detect/evidence/host.ts';
import { runOn } from '../detect/evidence/sample.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { Rung } from '../effects.ts';
import { giveUp } from './asking.ts';
import { spend } from './budget.ts';
import { withCure } from './cure.ts';
import { act, adding, andThen, close, open, type Step } from './incident.ts';
import { allowed, askedFor } from './ladder.ts';
import { beginNudge } from './nudging.ts';
import { proofMs } from './proof.ts';
import { beginRelaunch } from './relaunching.ts';
import type { GuardState } from './state.ts';

/** Takes the verdict's own rung, in the verdict's incident. */
export const actOn = (state: GuardState, verdict: Verdict, config: Config): Step =>
  takeRung(open(state, verdict), verdict.cure, verdict, config);

/** Takes the mildest allowed rung at or above `wanted`. */
export function takeRung(state: GuardState, wanted: Rung, verdict: Verdict, config: Config): Step {
  const { evidence: e } = state;
  const { class: cause } = verdict;
  // The person has asked for a nudge, and for nothing stronger.
  if (cause === askedFor('nudge'))
    return andThen(act(state, 'ask', verdict.because.join('; ')), (next) => close(next, 'user'));
  switch (allowed(wanted, state, config)) {
    case 'wait':
      return adding(
        act(
          withCure({ ...state, evidence: { ...e, sample: runOn(e.sample) } }, 'wait', cause, proofMs.wait),
          'wait',
          'continued a stopped agent',
        ),
        { type: 'continue', generation: e.agent.generation },
      );
    case 'hold':
      return act(withCure(state, 'hold', cause, null), 'hold', verdict.because.join('; '));
    case 'cut': {
      const patient = withHost(spend('cut', state), { patience: e.host.patience * 2 });
      const cutting = withCure(patient, 'cut', cause, proofMs.cut);
      const { connections } = verdict;
      const told = act(cutting, 'cut', `connections ${connections.join(', ')}`);
      return adding(told, { type: 'cut', connections, why: cause });
    }
    case 'nudge': {
      // What cannot be cut may only be slow, too.
      const patience = e.host.patience * (traitsOf(cause).silence === 'unseen' ? 2 : 1);
      return beginNudge(withHost(state, { resumesTurn: true, patience }), cause, config);
    }
    case 'relaunch':
      return beginRelaunch(state, cause, config);
    case 'ask':
      return giveUp(state, verdict.because.join('; '), cause);
  }
}

function withHost(state: GuardState, more: Partial<Host>): GuardState {
  const { evidence } = state;
  return { ...state, evidence: { ...evidence, host: { ...evidence.host, ...more } } };
}
