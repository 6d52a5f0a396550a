/** Each rung of the ladder, begun. */
import type { Config } from '../config/schema.ts';
import { runOn } from '../detect/evidence/sample.ts';
import type { Verdict } from '../detect/verdict.ts';
import type { Rung } from '../effects.ts';
import { giveUp } from './asking.ts';
import { spend } from './budget.ts';
import { withCure } from './cure.ts';
import { act, andThen, type Step } from './incident.ts';
import { allowed } from './ladder.ts';
import { beginNudge } from './nudging.ts';
import { proofMs } from './proof.ts';
import { beginRelaunch } from './relaunching.ts';
import type { GuardState } from './state.ts';

/** Applies the mildest allowed rung at or above `wanted`. */
export function takeRung(state: GuardState, wanted: Rung, verdict: Verdict, config: Config): Step {
  const { evidence: e } = state;
  const rung = allowed(wanted, state, config);
  switch (rung) {
    case 'wait':
      return andThen(
        act(
          withCure(
            { ...state, evidence: { ...e, sample: runOn(e.sample) } },
            'wait',
            verdict.class,
            proofMs.wait,
          ),
          'wait',
          'continued a stopped agent',
        ),
        (next) => ({
          state: next,
          effects: [{ type: 'continue', generation: e.agent.generation }],
        }),
      );
    case 'hold':
      return act(withCure(state, 'hold', verdict.class, null), 'hold', verdict.because.join('; '));
    case 'cut': {
      const cutting: GuardState = {
        ...withCure(spend('cut', state), 'cut', verdict.class, proofMs.cut),
        evidence: { ...e, host: { ...e.host, patience: e.host.patience * 2 } },
      };
      const connections = verdict.connections;
      return andThen(act(cutting, 'cut', `connections ${connections.join(', ')}`), (next) => ({
        state: next,
        effects: [{ type: 'cut', connections, why: verdict.class }],
      }));
    }
    case 'nudge':
      return beginNudge(
        { ...state, evidence: { ...e, host: { ...e.host, resumesTurn: true } } },
        verdict.class,
        config,
      );
    case 'relaunch':
      return beginRelaunch(state, verdict.class, config);
    case 'ask':
      return giveUp(state, verdict.because.join('; '));
  }
}
