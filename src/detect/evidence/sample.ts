/** The latest sample of the agent's process, with what the earlier samples add; null before an agent's first sample. */
import type { Event, Millis } from '../../events.ts';
import { hookedMs, reportLagMs } from '../limits.ts';
import { type Clock, stampOf } from './clock.ts';

export interface ProcessSample {
  readonly at: Millis;
  /** The same on the monotonic clock, because what the kernel reports holds whether or not anybody attends. */
  readonly moment: Millis;
  readonly cpuMs: number;
  readonly state: string;
  readonly memoryShare: number;
  /** Since when each sample has shown at least `growth` more memory than the one before; monotonic. */
  readonly growingSince: Millis | null;
  readonly workers: number;
  /** When the agent's youngest live helper was started; null: there is none. */
  readonly helperSince: Millis | null;
  /** The same on the monotonic clock. Absent: there is none. */
  readonly helperMoment?: Millis;
  /** The youngest helper that was seen last, which may have ended since; null: none was seen. */
  readonly lastHelper: { readonly since: Millis; readonly seenAt: Millis } | null;
  /** When a worker was last seen; null: never. */
  readonly workerSeenAt: Millis | null;
  /** As reported; absent outside Linux. */
  readonly yields?: number;
  /**
   * Two samples in a row have shown that its main thread runs an event loop. That of a wrapper, or of an agent whose
   * loop is in another thread, sleeps whatever happens but for a moment of work, and tells nothing.
   */
  readonly loops: boolean;
  /** This sample has shown the pace of an event loop. */
  readonly hasPace: boolean;
  /** When a sample last showed that its event loop runs. The first one shows nothing, so time counts from it. */
  readonly ranAt: Millis;
  /**
   * When the person pressed the first key since which no sample has shown that its event loop runs; null: there is
   * none. A key wakes every loop that lives, even if it draws nothing for it.
   */
  readonly unheardSince: Millis | null;
  /** Share of one core between the last two samples, 0…1. */
  readonly cpuShare: number;
  /** Since when cpuShare has been 0.9 or more. */
  readonly busySince: Millis | null;
  /** Since when the kernel has reported it as stopped; monotonic. */
  readonly stoppedSince: Millis | null;
}

/**
 * When the youngest helper was started that is there or has just ended, so that a request may be on its way; 0: none.
 */
export function helperStart(sample: ProcessSample | null, now: Millis): Millis {
  const last = sample?.lastHelper ?? null;
  return last !== null && now - last.seenAt < hookedMs ? last.since : 0;
}

/** Share of one core that no healthy terminal program uses for long (measured: a busy agent stays below it). */
const spinning = 0.9;

/** A process that uses less than this share of a core is not even trying. */
export const asleep = 0.005;
/** An agent that waits and draws nothing uses 0.005 to 0.03 of a core (measured). One that computes uses far more. */
const ticking = 0.1;

/**
 * In a turn, an event loop goes to sleep ten times a second and more (measured), on a busy machine a little less often.
 */
const loopYieldsPerS = 5;

/**
 * Share of the machine's memory that counts as growth from one sample to the next, at the usual interval. After a
 * longer interval it must have grown by proportionally more, or nobody knows that it is growing now.
 */
const growth = 0.01;
/** How often a process at work is looked at. */
export const sampleMs: Millis = 2_000;

/** The age of a process is known to a fraction of this. Two samples of one helper agree on its start. */
const sameStartMs = 1_000;

/** @param clock as of this event */
export function foldProcess(
  last: ProcessSample | null,
  event: Event,
  now: Millis,
  generation: number,
  clock: Clock,
): ProcessSample | null {
  if (event.type === 'agent.started') return null;
  if (event.type === 'input') return last && afterKey(last, event, now);
  if (event.type !== 'agent.sample' || event.generation !== generation) return last;
  const elapsedMs = last ? event.at - last.moment : 0;
  const leastGrowth = growth * Math.max(1, elapsedMs / sampleMs);
  const growing = last !== null && event.memoryShare - last.memoryShare >= leastGrowth;
  const cpuShare =
    last && elapsedMs > 0 ? Math.min(1, Math.max(0, (event.cpuMs - last.cpuMs) / elapsedMs)) : 0;
  const helper = helperIn(last, event.helperAgeMs === undefined ? null : event.at - event.helperAgeMs, clock);
  const { helperSince } = helper;
  const hasPace = last !== null && keepsPace(last, event.yields, elapsedMs);
  const loops = last !== null && isSame(last, event.yields) && (last.loops || (last.hasPace && hasPace));
  const runs = last === null || hasRun(last, loops ? event.yields : undefined, cpuShare);
  return {
    at: now,
    moment: event.at,
    cpuMs: event.cpuMs,
    state: event.state,
    memoryShare: event.memoryShare,
    growingSince: growing ? (last?.growingSince ?? last?.moment ?? event.at) : null,
    workers: event.workers,
    ...helper,
    lastHelper: helperSince === null ? (last?.lastHelper ?? null) : { since: helperSince, seenAt: now },
    workerSeenAt: event.workers > 0 ? now : (last?.workerSeenAt ?? null),
    ...(event.yields !== undefined && { yields: event.yields }),
    loops,
    hasPace,
    ranAt: runs ? now : last.ranAt,
    unheardSince: runs || !loops ? null : last.unheardSince,
    cpuShare,
    busySince: cpuShare >= spinning ? (last?.busySince ?? last?.at ?? now) : null,
    stoppedSince: event.state === 'T' ? (last?.stoppedSince ?? event.at) : null,
  };
}

/** A smaller count is another process's: a wrapper whose agent has ended. */
const isSame = ({ yields }: ProcessSample, now: number | undefined): boolean =>
  yields !== undefined && now !== undefined && now >= yields;

const keepsPace = ({ yields }: ProcessSample, now: number | undefined, elapsedMs: Millis): boolean =>
  (now ?? 0) - (yields ?? Number.POSITIVE_INFINITY) >= (loopYieldsPerS * Math.max(1_000, elapsedMs)) / 1_000;

/**
 * An event loop that runs goes to sleep all the time, and one that is stuck never (measured). Where that is not known,
 * a little CPU time tells the same, but for a loop that spins on a crowded machine.
 */
function hasRun(last: ProcessSample, yields: number | undefined, cpuShare: number): boolean {
  if (yields !== undefined) return yields !== last.yields;
  return cpuShare >= asleep && cpuShare < ticking;
}

/** What a loop did for a key that it got just before may be in the last sample already. */
function afterKey(
  last: ProcessSample,
  { kind, kept }: Extract<Event, { type: 'input' }>,
  now: Millis,
): ProcessSample {
  const tells = last.loops && kind !== 'report' && !kept && now - last.ranAt > reportLagMs;
  return tells ? { ...last, unheardSince: last.unheardSince ?? now } : last;
}

/** Its start keeps its first stamp, or a stop of the clock would put it before what came before it. */
function helperIn(
  last: ProcessSample | null,
  moment: Millis | null,
  clock: Clock,
): Pick<ProcessSample, 'helperSince' | 'helperMoment'> {
  if (moment === null) return { helperSince: null };
  const before = last?.helperMoment;
  const isSame = before !== undefined && Math.abs(moment - before) < sameStartMs;
  return { helperSince: (isSame ? last?.helperSince : null) ?? stampOf(clock, moment), helperMoment: moment };
}

/** It computes, or would if it got the processor or the disk. */
export const isBusy = ({ cpuShare, state }: ProcessSample): boolean =>
  cpuShare >= ticking || state === 'R' || state === 'D';

/** The agent was told to continue, so the sample that showed it as stopped no longer counts. */
export function runOn(sample: ProcessSample | null): ProcessSample | null {
  return sample && { ...sample, stoppedSince: null };
}
