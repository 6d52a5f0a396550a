import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IncidentRecord, recordIncident } from '../../src/records/incidents.ts';

export function sampleIncident(id: string, changes: Partial<IncidentRecord> = {}): IncidentRecord {
  return {
    id,
    run: 'r1',
    session_id: '11111111-2222-4333-8444-555555555555',
    agent_version: '2.1.329',
    class: 'dead-stream',
    began_at: '2026-01-01T00:00:00.000Z',
    detected_at: '2026-01-01T00:00:30.000Z',
    ended_at: null,
    evidence: ['silent for 30.0 s'],
    actions: [],
    outcome: 'open',
    ...changes,
  };
}

/** Puts incidents on record below a state root. */
export function placeIncidents(state: string, ...incidents: readonly IncidentRecord[]): void {
  mkdirSync(state, { recursive: true });
  for (const incident of incidents) recordIncident(join(state, 'incidents.jsonl'), incident);
}
