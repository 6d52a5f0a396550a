/** What a run keeps in step with what happens, with a terminal or without. */
import type { Evidence } from '../detect/evidence/index.ts';
import type { Event } from '../events.ts';
import type { Runtime } from './runtime.ts';

type Following = Pick<Runtime, 'session' | 'ledger' | 'tunnel'>;

export function follow(run: Following, event: Event): void {
  if (event.type === 'session') adopt(run, event);
  if (event.type === 'network.changed') run.tunnel?.networkChanged();
  if (event.type === 'turn.ended') run.ledger.endTurn();
}

/** A turn has come to its end by itself, as hooks tell it or as the other senses together show it. */
export function endsTurn(event: Event, { turn }: Evidence, after: Evidence): boolean {
  if (event.type === 'turn.ended') return true;
  if (event.type === 'agent.started' || turn.workingSince === null) return false;
  const isStopped = (after.person.lastInterruptAt ?? 0) >= turn.workingSince;
  return after.turn.workingSince === null && !isStopped;
}

/** Another conversation has other calls, another file, another mode. */
function adopt(run: Following, event: Extract<Event, { type: 'session' }>): void {
  const same = event.sessionId === run.session.id;
  if (!same) run.ledger.clear();
  run.session = {
    id: event.sessionId,
    transcriptPath: event.transcriptPath ?? (same ? run.session.transcriptPath : null),
    permissionMode: event.permissionMode ?? (same ? run.session.permissionMode : null),
    isCleared: event.reason === 'clear' || (same && run.session.isCleared),
    hadTurn: same && run.session.hadTurn,
    isHeld: same && run.session.isHeld,
  };
}
