/** Since when the agent has been in which part of the turn, by the phases. */
import type { Millis } from '../../events.ts';
import { obeysMs, reportLagMs, settleMs } from '../limits.ts';
import { inTurn, listens, type Phase } from '../phases.ts';
import { noFailures } from './failures.ts';
import type { Person } from './person.ts';
import { interruptKeyAt, isNewer, type Turn } from './turn.ts';

/**
 * Records when the phase changed. A compaction that begins in a turn is a wait of its own.
 * @param toldAt when what has changed it was written down
 * @param waitBeganAt when a wait for the API began that shows now
 */
export function marked(
  turn: Turn,
  before: Phase,
  phase: Phase,
  now: Millis,
  toldAt: Millis,
  waitBeganAt: () => Millis,
): Turn {
  const isNew = phase === 'compacting' && before !== 'compacting';
  const listeningSince = listens(phase) ? ((isNew ? null : turn.listeningSince) ?? waitBeganAt()) : null;
  const drawsSince = inTurn(phase) ? (turn.drawsSince ?? now) : null;
  const same = listeningSince === turn.listeningSince && drawsSince === turn.drawsSince;
  return onOff(same ? turn : { ...turn, listeningSince, drawsSince }, phase, now, toldAt);
}

/**
 * A dialog, a limit or a suspension belongs to the turn, or the idle time, in which it came. The prompt counts as free
 * from the moment at which that is known: what took the turn with it has been reported by then.
 */
function onOff(turn: Turn, phase: Phase, now: Millis, toldAt: Millis): Turn {
  if (phase === 'dialog' || phase === 'suspended' || phase === 'gone' || phase === 'limit') return turn;
  if (inTurn(phase)) {
    if (turn.workingSince !== null) return turn.idleSince === null ? turn : { ...turn, idleSince: null };
    const count = turn.count + 1;
    const answer = isNewer(turn.answer, toldAt + reportLagMs) ? turn.answer : null;
    return { ...turn, workingSince: toldAt, lastStartedAt: toldAt, idleSince: null, count, answer };
  }
  if (turn.idleSince !== null && turn.workingSince === null) return turn;
  return { ...turn, workingSince: null, idleSince: turn.idleSince ?? now };
}

/**
 * The row of failed turns is over once a turn has ended well. Where no hook tells, the prompt does: it stays free
 * without an error, and no interrupt has freed it.
 */
export function rested(turn: Turn, phase: Phase, now: Millis, person: Pick<Person, 'lastInterruptAt'>): Turn {
  const { told, failure, failedTurns, lastStartedAt, idleSince } = turn;
  const hasEnded = phase === 'idle' && told === null && lastStartedAt !== null && failure === null;
  if (!hasEnded || failedTurns === 0 || idleSince === null || now - idleSince < settleMs) return turn;
  return interruptKeyAt(turn, person) > idleSince - obeysMs ? turn : { ...turn, ...noFailures };
}
