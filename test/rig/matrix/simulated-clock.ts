/**
 * Healthy hours on a simulated clock: journals of real healthy sessions, told to the pure core again and again with the
 * default limits, without a process or a second of waiting. One round is one session as it was recorded; the next
 * begins where the last one ended, in the same agent.
 */
import { defaults } from '../../../src/config/schema.ts';
import { step } from '../../../src/decide/machine.ts';
import { type GuardState, initialState } from '../../../src/decide/state.ts';
import type { Effect } from '../../../src/effects.ts';
import type { Event, Millis, Observation } from '../../../src/events.ts';
import type { JournalFile } from '../../../src/records/journal-reader.ts';

/** What a guard does that a healthy agent must never meet. */
const deeds: readonly Effect['type'][] = [
  'cut',
  'continue',
  'nudge',
  'choose',
  'stop',
  'launch',
  'incident',
  'notice',
  'notify',
  'exit',
];

/** The guard sees nothing for a while: the machine slept, or stood still, or the person pressed Ctrl+Z. */
export interface Pause {
  /** Where in the session, 0…1. */
  readonly share: number;
  /** On the monotonic clock, which stands still while the machine sleeps. */
  readonly lengthMs: number;
  readonly before: readonly Observation[];
  readonly after: readonly Observation[];
}

export interface Telling {
  /** Time runs so many times slower than it was recorded, 1 or more. */
  readonly stretch: number;
  /** Rounds through the recorded session. */
  readonly rounds: number;
  /** Events that are left out, as if a sense were blind. */
  readonly without?: (event: Event) => boolean;
  /** Delay of one event, as if its sense were slow; milliseconds. */
  readonly lateMs?: (event: Event, index: number) => number;
  /** Silence between two rounds: the person thinks. */
  readonly restMs?: number;
  /** In the first round. */
  readonly pause?: Pause;
}

export interface Told {
  readonly healthyMs: number;
  readonly events: number;
  /** Everything that was done to an agent that needed nothing. */
  readonly deeds: readonly Effect[];
}

/** The events of a journal that began with an agent's launch. */
export function eventsOf(file: JournalFile): readonly Event[] {
  return file.entries.flatMap((entry) => ('event' in entry ? [entry.event] : []));
}

export function tell(events: readonly Event[], telling: Telling): Told {
  const [first] = events;
  if (!first) return { healthyMs: 0, events: 0, deeds: [] };
  const length = ((events.at(-1)?.at ?? first.at) - first.at) * telling.stretch + (telling.restMs ?? 0);
  const cpuPerRound = cpuOf(events);
  const done: Effect[] = [];
  let state: GuardState = initialState(0);
  let count = 0;
  const take = (event: Event) => {
    const result = step(state, event, defaults);
    state = result.state;
    done.push(...result.effects.filter(({ type }) => deeds.includes(type)));
    count += 1;
  };
  let begin = 0;
  for (let round = 0; round < telling.rounds; round++, begin += length) {
    let due = begin;
    let pause = round === 0 ? telling.pause : undefined;
    for (const event of inOrder(events, telling, first.at)) {
      if (pause && event.at >= pause.share * length) {
        for (const observation of pause.before) take({ ...observation, at: due });
        due += pause.lengthMs;
        begin += pause.lengthMs;
        for (const observation of pause.after) take({ ...observation, at: due });
        pause = undefined;
      }
      for (; due + 1_000 < begin + event.at; due += 1_000) take({ type: 'tick', at: due + 1_000 });
      due = Math.max(due, begin + event.at);
      if (round > 0 && isOfTheStart(event)) continue;
      const told = again(event, round, cpuPerRound * telling.stretch, telling.stretch);
      const roundBegan = begin;
      take({ ...retimed(told, (at) => roundBegan + at), at: due });
    }
    for (const until = begin + length; due + 1_000 < until; due += 1_000)
      take({ type: 'tick', at: due + 1_000 });
  }
  return { healthyMs: length * telling.rounds, events: count, deeds: done };
}

/** Stretched, thinned and delayed; times count from the first event. */
function inOrder(events: readonly Event[], telling: Telling, zero: number): readonly Event[] {
  return events
    .filter((event) => !telling.without?.(event))
    .map(
      (event, index): Event => ({
        ...retimed(event, (at) => (at - zero) * telling.stretch),
        at: (event.at - zero) * telling.stretch + (telling.lateMs?.(event, index) ?? 0),
      }),
    )
    .sort((left, right) => left.at - right.at);
}

/** With the times that it tells, besides its own, moved like it. */
function retimed<Told extends Observation>(event: Told, move: (at: Millis) => Millis): Told {
  if (event.type !== 'connection.bytes') return event;
  const names = ['lastUpAt', 'lastDownAt', 'requestAt', 'answerAt'] as const;
  const times = names.flatMap((name) => (event[name] === undefined ? [] : [[name, move(event[name])]]));
  return { ...event, ...Object.fromEntries(times) };
}

/** Said once in the life of an agent. */
function isOfTheStart({ type }: Event): boolean {
  return type === 'agent.started' || type === 'host.known';
}

/** The same observation, in a later round: other connections, other tools, more CPU time spent. */
function again(event: Event, round: number, cpuPerRound: number, stretch: number): Observation {
  if (event.type.startsWith('connection.') && 'id' in event)
    return { ...event, id: event.id + round * 1_000_000 };
  if (event.type === 'tool.started' || event.type === 'tool.finished')
    return { ...event, toolUseId: `${event.toolUseId} ${round}` };
  if (event.type === 'agent.sample') return { ...event, cpuMs: event.cpuMs * stretch + round * cpuPerRound };
  return event;
}

function cpuOf(events: readonly Event[]): number {
  return events.reduce(
    (most, event) => (event.type === 'agent.sample' ? Math.max(most, event.cpuMs) : most),
    0,
  );
}

/** As recorded, and three times slower: at that pace a silence of the recording comes closest to a limit. */
const paces = [1, 3] as const;
const rounds = 10;

/** All journals at every pace, in one sum. */
export function healthyHours(journals: readonly JournalFile[]): Told {
  const told = journals.flatMap((file) =>
    paces.map((stretch) => tell(eventsOf(file), { stretch, rounds, restMs: 20_000 })),
  );
  return {
    healthyMs: told.reduce((sum, { healthyMs }) => sum + healthyMs, 0),
    events: told.reduce((sum, { events }) => sum + events, 0),
    deeds: told.flatMap(({ deeds: done }) => done),
  };
}
