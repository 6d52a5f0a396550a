/**
 * Incidents as people see them. The record of a guard that was killed says `open` for ever, so whether an incident is
 * still being worked on is read from the guard's process, not from the record.
 */
import type { StatePaths } from '../platform/paths.ts';
import { type IncidentRecord, readIncidents } from './incidents.ts';
import { isGuardRunning } from './sessions.ts';

export type IncidentView = Omit<IncidentRecord, 'outcome'> & {
  readonly outcome: IncidentRecord['outcome'] | 'guard_gone';
};

export const readIncidentViews = (state: StatePaths): IncidentView[] =>
  incidentViews(readIncidents(state), state);

export function incidentViews(incidents: readonly IncidentView[], state: StatePaths): IncidentView[] {
  return incidents.map((incident) =>
    incident.outcome === 'open' && !isGuardRunning(state, incident.run)
      ? { ...incident, outcome: 'guard_gone' }
      : incident,
  );
}
