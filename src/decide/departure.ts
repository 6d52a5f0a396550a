/** The agent's process has ended: did somebody want that, and if not, is it worth a relaunch? */
import type { Config } from '../config/schema.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { disconnectPhaseOf, isAtWork } from '../detect/phase.ts';
import { type Verdict, verdictOn } from '../detect/verdict.ts';
import type { Millis } from '../events.ts';
import { endedPolitely } from '../platform/ending-signals.ts';
import type { GuardState } from './state.ts';

/** How long after Ctrl+C, Ctrl+D or a command an exit still counts as its effect. */
const answerMs = 10_000;

/** Whether the person, or somebody with the right to signal, ended the agent. */
export function personLeft(e: Evidence): boolean {
  const { exit } = e.agent;
  if (!exit) return false;
  if (endedPolitely(exit)) return true;
  if (exit.signal !== null) return false;
  if (e.conversation.ended !== null) return true;
  if (e.agent.unattended) return false; // nobody is there to do so; a regular end has set `ended`
  const follows = (key: Millis | null) => key !== null && exit.at - key < answerMs;
  if (follows(e.person.lastExitKeyAt)) return true;
  // `/exit` may look like a turn of its own; and no crash exits with 0.
  if (exit.code === 0 && follows(e.person.lastCommandAt)) return true;
  return !isAtWork(e);
}

/**
 * The verdict on an agent that died against the person's will. Null if it is not worth another try: it never ran a turn
 * and did not even live for `min_uptime_ms`, so a relaunch would only die again.
 */
export function relaunchable(e: Evidence, config: Config): Verdict | null {
  const { exit } = e.agent;
  if (!exit || !config.network_resilience.enabled) return null;
  const uptimeMs = exit.at - e.agent.startedAt;
  const isFirst = e.agent.unattended && e.agent.generation === 1; // one more try costs nothing
  if (e.turn.count === 0 && uptimeMs < config.recovery.min_uptime_ms && !isFirst) return null;
  const because = [
    exit.signal ? `the agent was ended by ${exit.signal}` : `the agent exited with ${exit.code}`,
    `in phase ${disconnectPhaseOf(e)}, and nobody asked it to`,
  ];
  return verdictOn(exit.outOfMemory ? 'out-of-memory' : 'agent-gone', exit.at, because, 'relaunch');
}

/**
 * The outcome of an incident that is open when the agent ends by itself. In print mode the agent's last report decides.
 */
export function outcomeOf({ incident, evidence: e }: GuardState): 'user' | 'recovered' | 'gave_up' {
  if (incident === null) return 'recovered';
  if (!e.agent.unattended || e.conversation.ended !== 'done') return 'user';
  return e.turn.failure === null ? 'recovered' : 'gave_up';
}
