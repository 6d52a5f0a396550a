/** Converts an incident of the pure core (monotonic times, numbered within its run) into its record. Pure. */
import type { Incident } from '../effects.ts';
import type { Millis } from '../events.ts';
import type { IncidentRecord } from './incidents.ts';

export interface RecordContext {
  readonly run: string;
  readonly sessionId: string | null;
  readonly agentVersion: string | null;
  /** Unix milliseconds of a monotonic moment. */
  readonly wallMs: (at: Millis) => number;
}

export function incidentRecord(incident: Incident, context: RecordContext): IncidentRecord {
  const iso = (at: Millis) => new Date(context.wallMs(at)).toISOString();
  const { endedAt, regrettedAt } = incident;
  return {
    id: `${context.run}-${incident.number}`,
    run: context.run,
    session_id: context.sessionId,
    agent_version: context.agentVersion,
    class: incident.class,
    began_at: iso(incident.beganAt),
    detected_at: iso(incident.detectedAt),
    ended_at: endedAt === null ? null : iso(endedAt),
    evidence: incident.evidence,
    actions: incident.actions.map(({ action, at, detail }) => ({ action, at: iso(at), detail })),
    outcome: incident.outcome,
    ...(regrettedAt !== undefined && { regretted_at: iso(regrettedAt) }),
  };
}
