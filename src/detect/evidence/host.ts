/**
 * What is known about the API's host, across all agents of the run: its healthy silences, and how patient to be with
 * it.
 */
import type { Event, Millis } from '../../events.ts';
import { type Health, noHealth, usualDeadlineMs } from '../health.ts';

export interface Host {
  readonly health: Health;
  /** Its answers say why they stopped, so one that does not was broken off. */
  readonly namesStops: boolean;
  /** The longest that the agent itself waits for a silent API. */
  readonly deadlineMs: Millis;
  /**
   * Multiplier of the limits for silence. It doubles with each cut in a turn, and is kept in the turns with which the
   * guard resumes that turn.
   */
  readonly patience: number;
  /** The next turn resumes one that was interrupted, so it is judged with the same patience. */
  readonly resumesTurn: boolean;
}

export const newHost: Host = {
  health: noHealth,
  namesStops: false,
  deadlineMs: usualDeadlineMs,
  patience: 1,
  resumesTurn: false,
};

export function foldHost(host: Host, event: Event): Host {
  switch (event.type) {
    case 'agent.started':
      return { ...host, resumesTurn: event.prompted };
    case 'host.known':
      return {
        ...host,
        health: {
          firstByteMs: event.firstByteMs,
          streamMs: event.streamMs,
          ...(event.pings && { pings: true }),
        },
        namesStops: host.namesStops || event.namesStops === true,
        deadlineMs: Math.max(usualDeadlineMs, event.deadlineMs ?? 0),
      };
    case 'connection.bytes':
      return event.pinged ? { ...host, health: { ...host.health, pings: true } } : host;
    case 'answer.recorded':
      return event.cutShort ? host : { ...host, namesStops: true };
    default:
      return host;
  }
}
