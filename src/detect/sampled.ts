/** One look at the agent's process, with what the looks before it add. */
import type { Event } from '../events.ts';
import type { Evidence, ProcessSample } from './evidence.ts';

/** A share of one core that no healthy terminal program uses for long (lab notes §1d: a busy agent idles below it). */
const spinning = 0.9;

/** Share of the machine's memory that counts as growth from one sample to the next. */
const growth = 0.01;

export function sampled(e: Evidence, event: Extract<Event, { type: 'agent.sample' }>): ProcessSample {
  const last = e.sample;
  const elapsed = last ? event.at - last.at : 0;
  const growing = last !== null && event.memoryShare - last.memoryShare >= growth;
  const cpuShare = last && elapsed > 0 ? Math.min(1, Math.max(0, (event.cpuMs - last.cpuMs) / elapsed)) : 0;
  return {
    at: event.at,
    cpuMs: event.cpuMs,
    state: event.state,
    rssBytes: event.rssBytes,
    memoryShare: event.memoryShare,
    growing,
    growingSince: growing ? (last?.growingSince ?? last?.at ?? event.at) : null,
    workers: event.workers,
    helperSince: event.helperAgeMs === undefined ? null : event.at - event.helperAgeMs,
    cpuShare,
    busySince: cpuShare >= spinning ? (last?.busySince ?? last?.at ?? event.at) : null,
    stoppedSince: event.state === 'T' ? (last?.stoppedSince ?? event.at) : null,
  };
}
