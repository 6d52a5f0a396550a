/**
 * Evidence: what is known about the agent right now, folded from events. It holds only facts; signatures judge them. It
 * is plain data without methods, so that a journal can hold a checkpoint of it. There is one file per part: its type,
 * its empty value, its fold, and what of it survives a relaunch.
 */
import type { Event, Millis } from '../../events.ts';
import { claimsOf } from '../claims.ts';
import { readDoing, readPhase, turnRuns } from '../phase.ts';
import { foldAgent, noAgent } from './agent.ts';
import { attended, foldClock, startClock, writtenAt } from './clock.ts';
import { foldConversation, noConversation } from './conversation.ts';
import type { Evidence, Facts } from './facts.ts';
import { foldHost, type Host, newHost } from './host.ts';
import { learnt } from './lessons.ts';
import { isOwnFailure } from './own-failure.ts';
import { foldPerson, nobody } from './person.ts';
import { begin, isForQueue, isLateInterrupt, promptAt, queue } from './queued.ts';
import { foldProcess } from './sample.ts';
import { foldScreen } from './screen.ts';
import { foldTerminal, newTerminal } from './terminal.ts';
import { foldEndedCalls, foldTools } from './tools.ts';
import { foldTurn, noTurn, type Turn } from './turn.ts';
import { marked, rested } from './turn-phases.ts';
import { waitBeganAt } from './wait.ts';
import { foldWire, noWire } from './wire.ts';

export type { Evidence, Facts } from './facts.ts';

export function noEvidence(at: Millis): Evidence {
  return {
    clock: startClock(at),
    now: at,
    agent: noAgent(at),
    sample: null,
    terminal: newTerminal(at),
    person: nobody,
    signalledBy: null,
    status: null,
    screen: null,
    turn: noTurn,
    tools: [],
    endedCalls: [],
    wire: noWire,
    host: newHost,
    conversation: noConversation,
    goodProbes: 0,
    phase: 'starting',
    doing: 'starting',
    runs: false,
  };
}

/** Evidence after an event, which must not be earlier than the event before. Pure: the time is the event's `at`. */
export function observe(before: Evidence, event: Event): Evidence {
  const { at } = event;
  if (isForQueue(before, event)) return queue(fold(before, { type: 'tick', at }), event);
  if (isLateInterrupt(before, event)) return fold(before, { type: 'tick', at });
  const beganAt = promptAt(before, event);
  if (beganAt === null) return fold(before, event);
  return fold(begin(fold(before, { type: 'turn.started', at }), before, beganAt), event);
}

function fold(before: Evidence, event: Event): Evidence {
  const { terminal } = before;
  const clock = foldClock(before.clock, event, terminal.suspendedSince ?? terminal.blockedSince);
  const now = attended(clock);
  const toldAt = writtenAt(clock, event);
  const screen = foldScreen(before.screen, event, now);
  const facts: Facts = {
    clock,
    now,
    agent: foldAgent(before.agent, event, now),
    sample: foldProcess(before.sample, event, now, before.agent.generation, clock),
    terminal: foldTerminal(terminal, event, now, clock),
    person: foldPerson(before.person, event, before, now),
    signalledBy: event.type === 'guard.signalled' ? event.signal : before.signalledBy,
    status: foldStatus(before.status, event, now),
    screen,
    turn: foldOwnTurn(before, event, toldAt),
    tools: foldTools(before, event, toldAt),
    endedCalls: foldEndedCalls(before, event),
    wire: foldWire(before.wire, event, now, clock, {
      shown: before.screen?.facts.activity ?? null,
      isCounted: screen?.countedAt === now,
      endedAt: toldEnd(before.turn),
    }),
    host: foldHost(before.host, event),
    conversation: foldConversation(before.conversation, event, before.person),
    goodProbes: foldProbes(before.goodProbes, event),
  };
  const claims = claimsOf(facts);
  const doing = readDoing(claims);
  const phase = readPhase(facts, doing);
  const shown = marked(facts.turn, before.phase, phase, now, toldAt, () =>
    waitBeganAt(before, facts, toldAt),
  );
  const turn = rested(shown, phase, now, facts.person);
  const begins = turn.count > facts.turn.count;
  const host = learnt(begins ? newTurn(facts.host) : facts.host, before, facts, event);
  // In place: to copy so many fields at each event takes a quarter of the core's time.
  return Object.assign(facts, { turn, host, phase, doing, runs: turnRuns(claims, doing) });
}

function foldOwnTurn(before: Evidence, event: Event, now: Millis): Turn {
  const { turn } = before;
  if (isOwnFailure(before, event)) return foldTurn(turn, event, now, before);
  if (event.type !== 'screen') return turn;
  const { failure: _ofOthers, ...facts } = event.facts;
  return foldTurn(turn, { ...event, facts }, now, before);
}

const toldEnd = ({ told }: Turn): Millis => (told?.working === false ? told.at : 0);

/** A new turn forgets the patience of the turn before, unless it takes that turn up. */
function newTurn(host: Host): Host {
  return { ...host, patience: host.resumesTurn ? host.patience : 1, resumesTurn: false };
}

function foldStatus(status: Facts['status'], event: Event, now: Millis): Facts['status'] {
  if (event.type === 'agent.started') return null;
  return event.type === 'program-status' ? { state: event.state, at: now } : status;
}

function foldProbes(good: number, event: Event): number {
  if (event.type === 'network.probed') return event.reachable ? good + 1 : 0;
  const before = event.type === 'network.changed' || (event.type === 'clock.gap' && event.cause === 'slept');
  return before ? 0 : good;
}
