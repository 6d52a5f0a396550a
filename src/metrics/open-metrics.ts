/**
 * Metrics as OpenMetrics text that node_exporter's older Prometheus parser can also read: no timestamps, no types that
 * it does not know. The counts are read back from the existing text, so the file itself is the counters' memory. Pure.
 */
import { type Instrument, instruments, type Measurement } from './instruments.ts';

/** Values of counters and histograms by series, as the text names it: `name_total{label="value"}`. */
export type Series = ReadonlyMap<string, number>;

const families = Object.values(instruments) as readonly Instrument[];

/** `guarded_claude_recovery_seconds`; `_total` is appended for a counter's samples. */
function familyName({ name, kind }: Instrument): string {
  const base = name.replaceAll('.', '_');
  return kind === 'histogram' ? `${base}_seconds` : base;
}

function key(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}

const escaped = (text: string) =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** `1.0` and `+Inf`: OpenMetrics requires bounds to be floats. */
const boundText = (bound: number) =>
  bound === Number.POSITIVE_INFINITY ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound);

/** The series that a measurement of this instrument adds to. */
function seriesOf(instrument: Instrument, labels: Measurement['labels'], value: number) {
  const name = familyName(instrument);
  if (instrument.kind === 'counter') return [[key(`${name}_total`, labels), value] as const];
  const buckets = [...(instrument.bounds ?? []), Number.POSITIVE_INFINITY].map(
    (bound) => [key(`${name}_bucket`, { ...labels, le: boundText(bound) }), value <= bound ? 1 : 0] as const,
  );
  return [
    ...buckets,
    [key(`${name}_count`, labels), 1] as const,
    [key(`${name}_sum`, labels), value] as const,
  ];
}

/** Everything that can be reported before the first incident, at zero. */
function zeros(): Map<string, number> {
  return new Map(
    families.flatMap((instrument): (readonly [string, number])[] => {
      if (instrument.kind === 'gauge') return [];
      const { zeros: known } = instrument;
      if (known !== undefined)
        return known.values.flatMap((value) => seriesOf(instrument, { [known.label]: value }, 0));
      if (instrument.kind === 'counter') return [];
      return seriesOf(instrument, {}, 0).map(([series]) => [series, 0] as const);
    }),
  );
}

/** The counters in a text of ours. A foreign or damaged text is ignored. */
export function readSeries(text: string): Series {
  const series = zeros();
  for (const line of text.split('\n')) {
    const [, name, sample] = /^([^#\s{]+(?:\{.*\})?) (\S+)$/s.exec(line) ?? [];
    if (name === undefined || sample === undefined) continue;
    const ours = families.some(
      (instrument) => instrument.kind !== 'gauge' && name.startsWith(`${familyName(instrument)}_`),
    );
    const value = Number(sample);
    if (ours && Number.isFinite(value) && value >= 0) series.set(name, value);
  }
  return series;
}

export function withMeasurements(series: Series, measurements: readonly Measurement[]): Series {
  const next = new Map(series);
  for (const { instrument, labels, value } of measurements)
    for (const [name, added] of seriesOf(instruments[instrument], labels, value)) {
      const sum = (next.get(name) ?? 0) + added;
      next.set(name, Math.round(sum * 1000) / 1000);
    }
  return next;
}

/** @param sessions how many sessions are in each state. */
export function openMetricsText(series: Series, sessions: Readonly<Record<string, number>>): string {
  const lines = families.flatMap((instrument) => {
    const name = familyName(instrument);
    const samples =
      instrument.kind === 'gauge'
        ? Object.entries(sessions).map(([state, count]) => `${key(name, { state })} ${count}`)
        : [...series]
            .filter(([each]) => belongsTo(each, instrument))
            .map(([each, value]) => `${each} ${value}`);
    return [
      `# TYPE ${name} ${instrument.kind}`,
      ...(instrument.kind === 'histogram' ? [`# UNIT ${name} seconds`] : []),
      `# HELP ${name} ${instrument.help}`,
      ...samples,
    ];
  });
  return `${[...lines, '# EOF'].join('\n')}\n`;
}

const suffixes = { counter: ['_total'], histogram: ['_bucket', '_count', '_sum'], gauge: [''] } as const;

function belongsTo(series: string, instrument: Instrument): boolean {
  const [name] = series.split('{', 1);
  return suffixes[instrument.kind].some((suffix) => name === familyName(instrument) + suffix);
}
