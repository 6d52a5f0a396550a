/** The nudge: wait for the network and for the person, have the keys typed, hear how it went. */
import type { Config } from '../config/schema.ts';
import { isAtWork } from '../detect/phase.ts';
import { verdictOn } from '../detect/verdict.ts';
import type { Event } from '../events.ts';
import { giveUp } from './asking.ts';
import { spend } from './budget.ts';
import { counted, withCure } from './cure.ts';
import { cutOffPhase } from './cut-off.ts';
import { act, andThen, type Step, stay } from './incident.ts';
import { probeWhenDue } from './network.ts';
import { proofMs } from './proof.ts';
import { takeRung } from './rungs.ts';
import type { GuardState } from './state.ts';

/** A person who typed this recently is still typing, and left alone. */
const typingPauseMs = 5_000;

/** From the interrupt to the submitted prompt. */
const longestTypingMs = 60_000;

/** A draft that nobody goes on with: after this many tries the person is told instead. */
const mostYields = 12;

export function beginNudge(state: GuardState, cause: string, config: Config): Step {
  const evidence = cause === 'stuck-compaction' ? counted(state, 'compactionsCured') : state.evidence;
  const nudging: GuardState = {
    ...withCure(spend('nudge', state), 'nudge', cause, null, 'network'),
    probing: { nextAt: state.evidence.now, failures: 0 },
    evidence: { ...evidence, goodProbes: 0 },
  };
  return probeWhenDue(nudging, config);
}

export function typeNudge(state: GuardState, cause: string): Step {
  const { evidence: e } = state;
  const { cure, ...begun } = withCure({ ...state, probing: null }, 'nudge', cause, longestTypingMs, 'typing');
  const typing: GuardState = {
    ...begun,
    cure: cure && { ...cure, yielded: state.cure?.yielded ?? 0 },
  };
  return andThen(act(typing, 'nudge', 'interrupt, prompt, submit in the living process'), (next) => ({
    state: next,
    effects: [
      {
        type: 'nudge',
        generation: e.agent.generation,
        interrupt: isAtWork(e),
        phase: cutOffPhase(state, cause),
        cause,
      },
    ],
  }));
}

export function onNudgeDone(state: GuardState, event: Event, config: Config): Step {
  const { cure, evidence: e } = state;
  if (event.type !== 'nudge.done' || cure?.stage !== 'typing') return stay(state);
  switch (event.outcome) {
    case 'submitted':
      return stay({
        ...state,
        cure: { ...cure, stage: 'verify', at: e.now, deadline: e.now + proofMs.nudge },
      });
    case 'person-typing':
      if (cure.yielded >= mostYields) return giveUp(state, 'your own text is in the input box');
      return andThen(act(state, 'wait', 'somebody is typing'), (next) =>
        stay({
          ...next,
          cure: { ...cure, stage: 'network', yielded: cure.yielded + 1 },
          probing: { nextAt: e.now + typingPauseMs, failures: 0 },
          evidence: { ...e, goodProbes: 0 },
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

export function personTypes({ evidence: e }: GuardState): boolean {
  return e.person.lastKeyAt !== null && e.now - e.person.lastKeyAt < typingPauseMs;
}
