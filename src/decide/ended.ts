/** The agent has ended: the guard passes its exit on, explains it, or relaunches the agent. */
import type { Config } from '../config/schema.ts';
import { seconds } from '../detect/verdict.ts';
import type { Event } from '../events.ts';
import { endedPolitely } from '../platform/ending-signals.ts';
import { giveUp } from './asking.ts';
import { ranOutOfMemoryLately } from './budget.ts';
import { outcomeOf, personLeft, relaunchable } from './departure.ts';
import { finish, open, type Step, stay } from './incident.ts';
import { actOn } from './rungs.ts';
import type { GuardState } from './state.ts';

export function agentExited(state: GuardState, event: Event, config: Config): Step {
  const { exit } = state.evidence.agent;
  if (event.type !== 'agent.exited' || event.generation !== state.evidence.agent.generation || !exit)
    return stay(state);
  if (state.evidence.signalledBy !== null) return finish(state, outcomeOf(state));
  if (refusedResume(state)) return diedAtStart(state, config);
  if (personLeft(state.evidence)) return finish(state, outcomeOf(state));
  const verdict = relaunchable(state.evidence, config);
  if (!verdict) return diedAtStart(state, config);
  if (state.paused) return giveUp(open(state, verdict), 'the guard is paused, and starts no other agent');
  const { noRelaunch } = state.evidence.agent;
  if (noRelaunch !== null) return giveUp(open(state, verdict), noRelaunch);
  const { outOfMemory } = exit;
  if (outOfMemory && ranOutOfMemoryLately(state)) {
    return giveUp(
      open(state, verdict),
      'the machine ran out of memory under it, for the second time within an hour',
    );
  }
  const remembering = outOfMemory ? { ...state, outOfMemoryAt: state.evidence.now } : state;
  return actOn(remembering, verdict, config);
}

/**
 * A relaunched agent ended before its first turn, and nobody asked it to. Either it refused (the conversation is gone,
 * an argument is not accepted), or it is a stub that does nothing and exits with 0.
 */
function refusedResume({ cure, evidence: e }: GuardState): boolean {
  const { exit } = e.agent;
  if (cure?.rung !== 'relaunch' || e.turn.count > 0 || exit === null || exit.signal !== null) return false;
  const untouched = e.person.lastKeyAt === null || e.person.lastKeyAt < e.agent.startedAt;
  return exit.code === 0
    ? untouched && e.conversation.ended === null
    : e.person.lastExitKeyAt === null && e.person.lastInterruptAt === null && !endedPolitely(exit);
}

/**
 * The agent never came up. A first launch that ends with a code of its own has said why on the screen. A crash, or a
 * relaunch that did not come up, needs an explanation.
 */
function diedAtStart(state: GuardState, config: Config): Step {
  const { exit, startedAt, generation, noRelaunch } = state.evidence.agent;
  if (!exit || (generation === 1 && exit.signal === null) || !config.network_resilience.enabled)
    return finish(state, 'gave_up');
  const how = exit.signal ?? `exit code ${exit.code}`;
  const verdict = {
    class: 'died-at-start',
    since: exit.at,
    because: [
      `the agent ended ${seconds(exit.at - startedAt)} after its start (${how}), before it ran a turn`,
    ],
  };
  // If the reason is known, another version would not help.
  return giveUp(open(state, verdict), noRelaunch ?? `${verdict.because[0]}; another version of it may start`);
}
