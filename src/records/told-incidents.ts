/**
 * Incidents as people see them. The record of a guard that was killed says `open` for ever, so whether anybody still
 * works on an incident is read from the guard's process, not from the record.
 */
import type { StatePaths } from '../platform/paths.ts';
import { type IncidentRecord, readIncidents } from './incidents.ts';
import { guardRuns } from './sessions.ts';

export type ToldIncident = Omit<IncidentRecord, 'outcome'> & {
  readonly outcome: IncidentRecord['outcome'] | 'guard_gone';
};

export const readToldIncidents = (state: StatePaths): ToldIncident[] => asTold(readIncidents(state), state);

export function asTold(incidents: readonly ToldIncident[], state: StatePaths): ToldIncident[] {
  return incidents.map((incident) =>
    incident.outcome === 'open' && !guardRuns(state, incident.run)
      ? { ...incident, outcome: 'guard_gone' }
      : incident,
  );
}
