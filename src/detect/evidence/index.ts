/**
 * Evidence: what is known of the agent right now, folded from events. Facts only; signatures judge it. Plain data
 * without methods, so that a checkpoint of it can stand in a journal. One file per part: its type, its empty value, its
 * fold, and what of it survives a relaunch.
 */
import type { Event, Millis, ProgramState } from '../../events.ts';
import { claimsOf } from '../claims.ts';
import { type Phase, readDoing, readPhase, turnRuns } from '../phase.ts';
import type { Doing } from '../precedence.ts';
import { type Agent, foldAgent, noAgent } from './agent.ts';
import { attended, type Clock, foldClock, startClock } from './clock.ts';
import { type Conversation, foldConversation, noConversation } from './conversation.ts';
import { foldHost, type Host, newHost } from './host.ts';
import { learnt } from './lessons.ts';
import { foldPerson, nobody, type Person } from './person.ts';
import { foldProcess, type ProcessSample } from './sample.ts';
import { foldScreen, type Screen } from './screen.ts';
import { foldTerminal, newTerminal, type Terminal } from './terminal.ts';
import { foldTools, type OpenTool } from './tools.ts';
import { foldTurn, marked, noTurn, type Turn } from './turn.ts';
import { foldWire, noWire, type Wire } from './wire.ts';

export interface Facts {
  readonly clock: Clock;
  /** Attended time of the latest event: what every "since" is measured against. */
  readonly now: Millis;
  readonly agent: Agent;
  readonly sample: ProcessSample | null;
  readonly terminal: Terminal;
  readonly person: Person;
  /** Program status. */
  readonly status: { readonly state: ProgramState; readonly at: Millis } | null;
  readonly screen: Screen | null;
  readonly turn: Turn;
  readonly tools: readonly OpenTool[];
  readonly wire: Wire;
  readonly host: Host;
  readonly conversation: Conversation;
  /** Good probes of the network in a row. */
  readonly goodProbes: number;
}

export interface Evidence extends Facts {
  readonly phase: Phase;
  /** The phase of the living agent; of one that is suspended or gone: that of before. */
  readonly doing: Doing | 'starting';
  /** Whether a turn runs, as far as the senses tell, whatever stands in its way; of an agent that is gone: ran. */
  readonly runs: boolean;
}

export function noEvidence(at: Millis): Evidence {
  return {
    clock: startClock(at),
    now: at,
    agent: noAgent(at),
    sample: null,
    terminal: newTerminal(at),
    person: nobody,
    status: null,
    screen: null,
    turn: noTurn,
    tools: [],
    wire: noWire,
    host: newHost,
    conversation: noConversation,
    goodProbes: 0,
    phase: 'starting',
    doing: 'starting',
    runs: false,
  };
}

/** Evidence after `event`, whose time must not be before that of the event before. Pure: time is `event.at`. */
export function observe(before: Evidence, event: Event): Evidence {
  const { terminal } = before;
  const clock = foldClock(before.clock, event, terminal.suspendedSince ?? terminal.blockedSince);
  const now = attended(clock);
  const facts: Facts = {
    clock,
    now,
    agent: foldAgent(before.agent, event, now),
    sample: foldProcess(before.sample, event, now, before.agent.generation),
    terminal: foldTerminal(terminal, event, now),
    person: foldPerson(before.person, event, before.screen?.facts, now),
    status: foldStatus(before.status, event, now),
    screen: foldScreen(before.screen, event, now),
    turn: foldOwnTurn(before, event, now),
    tools: foldTools(before.tools, event, now, before.turn.told !== null, before.conversation.sessionId),
    wire: foldWire(before.wire, event, now, clock),
    host: foldHost(before.host, event),
    conversation: foldConversation(before.conversation, event),
    goodProbes: foldProbes(before.goodProbes, event),
  };
  const claims = claimsOf(facts);
  const doing = readDoing(claims);
  const phase = readPhase(facts, doing);
  const turn = marked(facts.turn, phase, now);
  const begins = turn.count > facts.turn.count;
  const host = learnt(begins ? newTurn(facts.host) : facts.host, before, facts, event);
  return { ...facts, turn, host, phase, doing, runs: turnRuns(claims, doing) };
}

/** Until this agent has a turn of its own, each failure that it draws or records is one of the conversation's past. */
function foldOwnTurn(before: Evidence, event: Event, now: Millis): Turn {
  const { turn } = before;
  if (turn.count > 0) return foldTurn(turn, event, now, before);
  if (event.type === 'failure.recorded') return turn;
  if (event.type !== 'screen') return foldTurn(turn, event, now, before);
  const { failure: _ofBefore, ...facts } = event.facts;
  return foldTurn(turn, { ...event, facts }, now, before);
}

/** A turn that begins forgets the patience of the turn before, unless it takes that up. */
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
