/**
 * The only table of the metrics; the text file and the OTLP export are made from it. Pure.
 *
 * Names are OpenTelemetry's. The text file's names are derived from them by the usual rule (dots become underscores,
 * unit and `_total` are appended), so both ways lead to the same names in the person's metrics store.
 */
import { type Outcome, rungs } from '../effects.ts';
import type { IncidentRecord } from '../records/incidents.ts';

export interface Instrument {
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly name: string;
  readonly help: string;
  /** Label values of a counter with one label that are reported from the start, as zeros. */
  readonly zeros?: { readonly label: string; readonly values: readonly string[] };
  /** Upper bounds of a histogram's buckets, in seconds. */
  readonly bounds?: readonly number[];
}

/** Freezes are detected within seconds or minutes, and may last as long as an outage. */
const bounds = [1, 5, 15, 30, 60, 120, 300, 900, 3_600];

export const instruments = {
  sessions: {
    kind: 'gauge',
    name: 'guarded_claude.sessions',
    help: 'Running guarded sessions, by state.',
  },
  incidents: {
    kind: 'counter',
    name: 'guarded_claude.incidents',
    help: 'Incidents that are over, by class and outcome.',
  },
  actions: {
    kind: 'counter',
    name: 'guarded_claude.actions',
    help: 'What the guard did in incidents that are over.',
    zeros: { label: 'action', values: rungs },
  },
  regrets: {
    kind: 'counter',
    name: 'guarded_claude.regrets',
    help: 'Incidents whose cut may have been needless, by class.',
  },
  detection: {
    kind: 'histogram',
    name: 'guarded_claude.detection',
    help: 'Time from the first sign of an incident to its detection.',
    bounds,
  },
  recovery: {
    kind: 'histogram',
    name: 'guarded_claude.recovery',
    help: 'Time from the first sign of an incident to the end of a recovery.',
    bounds,
  },
} as const satisfies Record<string, Instrument>;
export type InstrumentName = keyof typeof instruments;

/** One count, or one duration in seconds. */
export interface Measurement {
  readonly instrument: Exclude<InstrumentName, 'sessions'>;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What an incident adds to the metrics when it ends, and when its cut becomes a suspected false positive later. */
export function measure(incident: IncidentRecord): Measurement[] {
  if (incident.outcome === 'open') return [];
  const { ended_at, regretted_at } = incident;
  const suspectedFalsePositive =
    regretted_at === undefined
      ? []
      : [{ instrument: 'regrets', labels: { class: incident.class }, value: 1 } as const];
  if (regretted_at !== undefined && ended_at !== null && regretted_at > ended_at)
    return suspectedFalsePositive; // counted at its end
  const began = Date.parse(incident.began_at);
  const after = (moment: string) => Math.max(0, Date.parse(moment) - began) / 1000;
  const recovered: Outcome = 'recovered';
  return [
    {
      instrument: 'incidents',
      labels: { class: incident.class, outcome: incident.outcome },
      value: 1,
    },
    ...incident.actions.map(
      ({ action }) => ({ instrument: 'actions', labels: { action }, value: 1 }) as const,
    ),
    ...suspectedFalsePositive,
    { instrument: 'detection', labels: {}, value: after(incident.detected_at) },
    ...(incident.outcome === recovered && ended_at !== null
      ? [{ instrument: 'recovery', labels: {}, value: after(ended_at) } as const]
      : []),
  ];
}
