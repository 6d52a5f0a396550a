/** The supervisor's state in the terms of the status file. Pure. */
import type { GuardState } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import type { Phase } from '../detect/phases.ts';
import type { SessionState, Status, StatusChange } from '../records/status.ts';

const stateOfPhase: { readonly [P in Phase]: SessionState } = {
  gone: 'recovering',
  suspended: 'idle',
  starting: 'starting',
  idle: 'idle',
  dialog: 'blocked',
  limit: 'waiting',
  retrying: 'waiting',
  compacting: 'working',
  tool: 'working',
  working: 'working',
};

const phaseMessage: { readonly [P in Phase]?: string } = {
  suspended: 'suspended by you',
  dialog: 'asks you something',
  limit: 'waits for a usage limit',
  retrying: 'retries by itself',
  compacting: 'compacts the conversation',
};

/** @param gaveUp the guard's last incident has ended, and the guard could not help */
export function describe(state: GuardState, gaveUp = false): StatusChange & { readonly state: SessionState } {
  const { evidence: e } = state;
  return {
    state: gaveUp ? 'gave_up' : stateOf(state),
    session_id: e.conversation.sessionId,
    agent_pid: e.agent.exit === null ? e.agent.pid : null,
    incidents: state.incidents,
    message: messageOf(state),
    attempt: attemptOf(state),
    connection: connectionOf(e),
    tokens: e.screen?.facts.tokens ?? null,
  };
}

function stateOf(state: GuardState): SessionState {
  switch (state.name) {
    case 'stopping':
    case 'down':
    case 'launching':
      return 'recovering';
    case 'asking':
    case 'unstoppable':
      return 'gave_up';
    case 'finished':
      return 'ended';
    case 'watching':
      if (state.paused) return 'paused';
      if (state.evidence.wire.waiting.length > 0) return 'waiting';
      if (state.cure !== null)
        return state.cure.rung === 'wait' || state.cure.rung === 'hold' ? 'waiting' : 'recovering';
      return state.incident === null ? stateOfPhase[state.evidence.phase] : 'suspect';
  }
}

function messageOf(state: GuardState): string | null {
  if (state.title !== null) return state.title;
  switch (state.name) {
    case 'stopping':
      return 'stopping the agent';
    case 'down':
      return (state.probing?.failures ?? 0) > 0
        ? 'connection lost, waiting for the network'
        : 'about to resume';
    case 'launching':
      return 'resuming the session';
    case 'watching':
      if (state.evidence.terminal.lentSince !== null) return 'waits for another program, such as your editor';
      return phaseMessage[state.evidence.phase] ?? null;
    default:
      return null;
  }
}

function attemptOf({ evidence: e, probing, name }: GuardState): Status['attempt'] {
  const [held] = e.wire.waiting;
  if (held !== undefined)
    return { n: held.attempt, of: held.of, next_in_ms: Math.max(0, Math.round(held.nextAt - e.now)) };
  if (name !== 'down' || probing === null || probing.failures === 0) return null;
  return { n: probing.failures, of: null, next_in_ms: Math.max(0, Math.round(probing.nextAt - e.now)) };
}

function connectionOf(e: Evidence): Status['connection'] {
  if (e.wire.connections.length === 0 && e.wire.seen === 0) return null;
  const heard = e.wire.connections.map((connection) => connection.lastDownAt ?? connection.openedAt);
  return {
    open: e.wire.connections.length,
    silent_ms: heard.length === 0 ? null : Math.round(e.now - Math.max(...heard)),
  };
}
