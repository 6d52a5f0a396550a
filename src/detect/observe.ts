/**
 * Folds one event into the Evidence. Small named functions, one per kind of event; no judgement.
 */
import type { Event } from '../events.ts';
import { foldConnection } from './connections.ts';
import type { Evidence } from './evidence.ts';
import { noEvidence } from './evidence.ts';
import { usualDeadlineMs } from './health.ts';
import { inTurn, phaseOf } from './phase.ts';
import { sampled } from './sampled.ts';
import { seen } from './seen.ts';

/** After a sleep, a stall or a suspension every clock has "expired": wait this long before the next verdict. */
export const graceMs = 5_000;

/** Ticks come each second: a turn this long after the last one is late, on a machine that starves the agent, too. */
const lateMs = 2_000;

type EventOf<Type extends Event['type']> = Extract<Event, { type: Type }>;
type Folds = { readonly [Type in Event['type']]?: (e: Evidence, event: EventOf<Type>) => Evidence };

const folds: Folds = {
  tick: (e, event) => (event.wallMs === undefined ? e : { ...e, wallOffsetMs: event.wallMs - event.at }),
  'clock.gap': (e, event) => ({
    ...shiftClocks(e, event.at),
    graceUntil: event.at + graceMs,
    goodProbes: event.cause === 'slept' ? 0 : e.goodProbes, // of the network before the sleep
  }),
  'agent.started': (e, event) => ({
    ...noEvidence(event.at),
    generation: event.generation,
    pid: event.pid,
    resumed: event.resumed,
    prompted: event.prompted,
    unattended: event.unattended ?? false,
    sessionId: e.sessionId,
    goodProbes: e.goodProbes,
    lastProbe: e.lastProbe,
    lastKeyAt: e.lastKeyAt,
    terminalBlockedSince: e.terminalBlockedSince,
    connections: e.connections,
    waiting: e.waiting,
    connectionsSeen: e.connectionsSeen,
    health: e.health,
    patience: e.patience,
    takesUp: event.prompted,
    deadlineMs: e.deadlineMs,
    failedTurns: e.failedTurns,
    limitResetsAt: e.limitResetsAt,
    wallOffsetMs: e.wallOffsetMs,
    compactionsCured: e.compactionsCured,
    historiesRepaired: e.historiesRepaired,
  }),
  'agent.exited': (e, event) =>
    event.generation === e.generation
      ? {
          ...e,
          exit: {
            at: event.at,
            code: event.code,
            signal: event.signal,
            outOfMemory: event.outOfMemory ?? false,
          },
        }
      : e,
  'agent.sample': (e, event) => (event.generation === e.generation ? { ...e, sample: sampled(e, event) } : e),
  output: (e, event) => ({ ...e, lastOutputAt: event.at, unansweredKeyAt: null }),
  input: typed,
  'input.blocked': (e, event) => ({ ...e, inputBlockedSince: e.inputBlockedSince ?? event.at }),
  'input.drained': (e) => ({ ...e, inputBlockedSince: null }),
  'terminal.blocked': (e, event) => ({ ...e, terminalBlockedSince: e.terminalBlockedSince ?? event.at }),
  // A line that is merely slow stops for moments all the time: that resets no clock.
  'terminal.drained': (e, event) => ({
    ...(event.at - (e.terminalBlockedSince ?? event.at) < graceMs ? e : shiftClocks(e, event.at)),
    terminalBlockedSince: null,
    graceUntil: event.at + graceMs,
  }),
  'terminal.suspended': (e) => ({ ...e, suspended: true }),
  'terminal.continued': (e, event) => ({
    ...shiftClocks(e, event.at),
    suspended: false,
    graceUntil: event.at + graceMs,
  }),
  'program-status': (e, event) => ({ ...e, status: { state: event.state, at: event.at } }),
  screen: (e, event) => seen(e, event.facts, event.at),
  session: (e, event) =>
    event.sessionId === e.sessionId
      ? e
      : { ...e, sessionId: event.sessionId, tools: [], compactingSince: null },
  'session.ended': (e, event) => ({ ...e, sessionEnded: event.reason }),
  'relaunch.impossible': (e, event) => ({ ...e, noRelaunch: event.detail }),
  delivered: (e, event) => ({ ...e, deliveredAt: event.at }),
  'turn.started': (e, event) => ({
    ...e,
    turn: { working: true, at: event.at },
    toldAt: event.at,
    failedTurns: e.failure ? e.failedTurns : 0,
    limitResetsAt: null,
    sessionEnded: null,
    failure: null,
    retryAt: null,
    tools: [],
  }),
  'turn.ended': (e, event) => ({
    ...e,
    retryAt: null,
    turn: { working: false, at: event.at },
    toldAt: event.at,
    failedTurns: event.failure ? e.failedTurns + (e.failure ? 0 : 1) : 0,
    historiesRepaired: event.failure ? e.historiesRepaired : 0, // it was mended: another refusal is another damage
    failure: event.failure ? { kind: event.failure, at: event.at, fingerprint: `turn ${event.at}` } : null,
    background: event.background ?? 0,
    tools: [],
    compactingSince: null,
  }),
  'failure.recorded': (e, event) => ({
    ...e,
    failure: e.failure ?? {
      kind: event.failure,
      at: event.at,
      fingerprint: `record ${event.at}`,
      recorded: true,
    },
  }),
  'retry.recorded': (e, event) => ({ ...e, retryAt: event.at + event.inMs }),
  'answer.recorded': (e) => (e.failure?.recorded ? { ...e, failure: null } : e),
  'request.sent': (e, event) => ({
    ...e,
    lastRequestAt: Math.max(e.lastRequestAt ?? 0, event.at),
    answering: false,
    retryAt: null,
  }),
  'tool.started': toolStarted,
  'tool.finished': (e, event) => ({
    ...e,
    toldAt: e.turn === null ? null : event.at,
    tools: e.tools.filter((tool) => tool.toolUseId !== event.toolUseId),
  }),
  'compaction.started': (e, event) => ({ ...e, compactingSince: event.at }),
  'compaction.finished': (e) => ({ ...e, compactingSince: null }),
  interrupted: (e, event) => ({
    ...e,
    retryAt: null,
    turn: e.turn ? { working: false, at: event.at } : null,
    tools: [],
    compactingSince: null,
  }),
  'connection.opened': foldConnection,
  'connection.bytes': foldConnection,
  'connection.closed': foldConnection,
  'connection.waiting': foldConnection,
  'connection.failed': foldConnection,
  'host.known': (e, event) => ({
    ...e,
    health: {
      firstByteMs: event.firstByteMs,
      streamMs: event.streamMs,
      ...(event.pings && { pings: true }),
    },
    deadlineMs: Math.max(usualDeadlineMs, event.deadlineMs ?? 0),
  }),
  'network.probed': (e, event) => ({
    ...e,
    goodProbes: event.reachable ? e.goodProbes + 1 : 0,
    lastProbe: { at: event.at, reachable: event.reachable },
  }),
  'network.changed': (e) => ({ ...e, goodProbes: 0 }),
};

/** Evidence after `event`. Pure: time is `event.at`. */
export function observe(before: Evidence, event: Event): Evidence {
  const fold = folds[event.type] as ((e: Evidence, event: Event) => Evidence) | undefined;
  const folded = fold ? fold(before, event) : before;
  const late = event.at - before.now > lateMs;
  const after = { ...folded, now: event.at, ...(late && { attentiveSince: event.at }) };
  return markSince(markTurn(before, after));
}

/** Keeps `listeningSince`, `answering` and `drawsSince`. */
function markSince(e: Evidence): Evidence {
  const phase = phaseOf(e);
  const listens = phase === 'working' || phase === 'compacting';
  const listeningSince = listens ? (e.listeningSince ?? e.now) : null;
  const drawsSince = inTurn(phase) ? (e.drawsSince ?? e.now) : null;
  const answering = listens && e.answering;
  const same =
    listeningSince === e.listeningSince && drawsSince === e.drawsSince && answering === e.answering;
  return same ? e : { ...e, listeningSince, answering, drawsSince };
}

/** Keeps `workingSince` and `idleSince`; a turn that begins forgets the patience of the turn before. */
function markTurn(before: Evidence, after: Evidence): Evidence {
  const phase = phaseOf(after);
  if (phase === 'dialog' || phase === 'suspended' || phase === 'gone' || phase === 'limit') return after;
  if (inTurn(phase)) {
    if (after.workingSince !== null) return after.idleSince === null ? after : { ...after, idleSince: null };
    const patience = after.takesUp ? after.patience : 1;
    const turns = before.turns + 1;
    return { ...after, workingSince: after.now, idleSince: null, patience, takesUp: false, turns };
  }
  if (after.idleSince !== null && after.workingSince === null) return after;
  return { ...after, workingSince: null, tokensShown: null, idleSince: after.idleSince ?? after.now };
}

/** Where hooks tell of the turn they tell of each start, too; a call that is only on record has not begun (2.1.42). */
function toolStarted(e: Evidence, event: EventOf<'tool.started'>): Evidence {
  if (event.recorded && e.turn !== null) return e;
  const { toolUseId, tool, risk, delegates = false, limitMs = null, recorded = false } = event;
  const others = e.tools.filter((known) => known.toolUseId !== toolUseId);
  return {
    ...e,
    tools: [...others, { toolUseId, tool, risk, delegates, limitMs, recorded, startedAt: event.at }],
  };
}

function typed(e: Evidence, event: EventOf<'input'>): Evidence {
  if (event.kind === 'report') return e;
  return {
    ...e,
    lastKeyAt: event.at,
    unansweredKeyAt: e.unansweredKeyAt ?? event.at,
    lastInterruptAt: event.kind === 'interrupt' ? event.at : e.lastInterruptAt,
    lastExitKeyAt: event.kind === 'exit' || event.kind === 'interrupt' ? event.at : e.lastExitKeyAt,
  };
}

/** Moves every "since" that a signature measures to `at`: the time that passed was nobody's silence. */
function shiftClocks(e: Evidence, at: number): Evidence {
  return {
    ...e,
    lastOutputAt: at,
    listeningSince: e.listeningSince === null ? null : at,
    drawsSince: e.drawsSince === null ? null : at,
    unansweredKeyAt: e.unansweredKeyAt === null ? null : at,
    inputBlockedSince: e.inputBlockedSince === null ? null : at,
    tokensChangedAt: e.tokensChangedAt === null ? null : at,
    compactingSince: e.compactingSince === null ? null : at,
    sample: null,
    screen: e.screen && { ...e.screen, activitySince: at },
    tools: e.tools.map((tool) => ({ ...tool, startedAt: at })),
  };
}
