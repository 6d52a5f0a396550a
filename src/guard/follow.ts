/** What a run keeps in step with what happens, with a terminal or without. */
import type { Event } from '../events.ts';
import type { Runtime } from './runtime.ts';

type Following = Pick<Runtime, 'session' | 'ledger' | 'tunnel'>;

export function follow(run: Following, event: Event): void {
  if (event.type === 'session') adopt(run, event);
  if (event.type === 'network.changed') run.tunnel?.networkChanged();
  if (event.type !== 'turn.ended') return;
  run.ledger.endTurn();
  run.session = { ...run.session, turnsEnded: run.session.turnsEnded + 1 };
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
    turnsEnded: same ? run.session.turnsEnded : 0,
    isHeld: same && run.session.isHeld,
  };
}
