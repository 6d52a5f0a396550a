/**
 * An eye of its own on OpenMetrics text: checks it line by line against the rules of the specification (1.0, sections
 * "Text format" and "Data model") that a file without timestamps and exemplars can break. Throws at the first breach.
 */
interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface OpenMetrics {
  readonly families: Readonly<Record<string, string>>;
  readonly samples: readonly Sample[];
  /** Value of the one series with exactly these labels. */
  value(name: string, labels: Readonly<Record<string, string>>): number | undefined;
}

const suffixes: Readonly<Record<string, readonly string[]>> = {
  gauge: [''],
  counter: ['_total', '_created'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
};
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const number = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;

export function readOpenMetrics(text: string): OpenMetrics {
  const fail = (line: string, why: string): never => {
    throw new Error(`${why}: ${JSON.stringify(line)}`);
  };
  if (!text.endsWith('# EOF\n')) fail(text.slice(-20), 'the last line is not "# EOF"');
  if (text.includes('\r')) fail('', 'a carriage return');
  const families: Record<string, string> = {};
  const described = new Set<string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let family = '';
  let begun = false;
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      const [, keyword = '', name = '', rest = ''] =
        /^# (TYPE|UNIT|HELP) (\S+) (.*)$/.exec(line) ?? fail(line, 'not a line of metadata');
      if (!metricName.test(name)) fail(line, 'not a name');
      if (name !== family) {
        if (name in families) fail(line, 'a family in two places');
        family = name;
        begun = false;
      }
      if (begun) fail(line, 'metadata after a sample');
      if (described.has(`${keyword} ${name}`)) fail(line, 'twice');
      described.add(`${keyword} ${name}`);
      if (keyword === 'TYPE') {
        if (!(rest in suffixes)) fail(line, 'a type that older parsers do not know');
        if (/_(total|created|bucket|count|sum|info)$/.test(name)) fail(line, 'a suffix in the family name');
        families[name] = rest;
      }
      if (keyword === 'UNIT' && !name.endsWith(`_${rest}`)) fail(line, 'the unit is not in the name');
      if (keyword === 'HELP' && /(^|[^\\])(\\\\)*"/.test(rest)) fail(line, 'not escaped');
      families[name] ??= 'unknown';
      continue;
    }
    begun = true;
    const sample = readSample(line) ?? fail(line, 'not a sample');
    const type = families[family] ?? fail(line, 'a sample without a type');
    const suffix = suffixes[type]?.find((each) => sample.name === family + each);
    if (suffix === undefined) fail(line, `not a sample of ${family} (${type})`);
    const series = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (seen.has(series)) fail(line, 'the same series twice');
    seen.add(series);
    if (type !== 'gauge' && !(sample.value >= 0)) fail(line, 'a count below zero');
    if (suffix === '_bucket' && !/^(?:\+Inf|-?\d+\.\d+(?:e[+-]\d+)?)$/.test(sample.labels.le ?? ''))
      fail(line, 'a bound that is not a canonical float');
    samples.push(sample);
  }
  const value: OpenMetrics['value'] = (name, labels) =>
    samples.find(
      (sample) =>
        sample.name === name &&
        JSON.stringify(Object.entries(sample.labels).sort()) ===
          JSON.stringify(Object.entries(labels).sort()),
    )?.value;
  for (const [name, type] of Object.entries(families))
    if (type === 'histogram') checkHistogram(name, samples);
  return { families, samples, value };
}

function readSample(line: string): Sample | null {
  const [, name, , inside = '', text = ''] = /^([a-zA-Z_:][\w:]*)(\{(.*)\})? (\S+)$/s.exec(line) ?? [];
  if (name === undefined || !number.test(text)) return null;
  const labels: Record<string, string> = {};
  let rest = inside;
  while (rest !== '') {
    const [whole, label = '', value = ''] =
      /^([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?!$)|$)/.exec(rest) ?? [];
    if (whole === undefined || label in labels) return null;
    labels[label] = value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
    rest = rest.slice(whole.length);
  }
  return { name, labels, value: text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text) };
}

/** Buckets rise, the last one is +Inf and equals the count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const buckets = samples.filter((sample) => sample.name === `${name}_bucket`);
  const bounds = buckets.map(({ labels }) =>
    labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
  );
  const sorted = (values: readonly number[], strictly: boolean) =>
    values.every(
      (value, at) => at === 0 || (strictly ? value > (values[at - 1] ?? 0) : value >= (values[at - 1] ?? 0)),
    );
  const count = samples.find((sample) => sample.name === `${name}_count`)?.value;
  if (!sorted(bounds, true) || bounds.at(-1) !== Number.POSITIVE_INFINITY)
    throw new Error(`bounds of ${name}`);
  if (
    !sorted(
      buckets.map(({ value }) => value),
      false,
    )
  )
    throw new Error(`buckets of ${name} fall`);
  if (buckets.at(-1)?.value !== count) throw new Error(`${name}: the last bucket is not the count`);
}
