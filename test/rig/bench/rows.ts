/** The rows of the table: what is measured, against what it is held, and the values of the rounds. */

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly best: 'low' | 'high';
  /** The contender whose value is the yardstick of this row; null: none. */
  readonly yardstick: string | null;
  /** The guard's value: as a ratio to the yardstick, or by itself. `most` and `least` include it. */
  readonly aim:
    | ({ readonly of: 'ratio' | 'value' } & ({ readonly most: number } | { readonly least: number }))
    | null;
  /** By contender, one value per round. */
  readonly values: Map<string, number[]>;
}

export const bare = 'bare node-pty';
export const guard = 'guard';

const row = (
  name: string,
  unit: string,
  aim: Row['aim'],
  more: Partial<Pick<Row, 'best' | 'yardstick'>> = {},
): Row => ({ name, unit, best: 'low', yardstick: bare, ...more, aim, values: new Map() });

/** Nobody else does it. */
const own = (name: string, unit: string, aim: Row['aim'], best: Row['best'] = 'low'): Row =>
  row(name, unit, aim, { best, yardstick: null });

const most = (value: number) => ({ of: 'value', most: value }) as const;
const ratio = (most: number) => ({ of: 'ratio', most }) as const;

export const table = {
  p50: row('echo p50', 'ms', ratio(0.7)),
  p99: row('echo p99', 'ms', ratio(1)),
  text: row('flood of text', 'MB/s', { of: 'ratio', least: 1.2 }, { best: 'high' }),
  repaints: row('flood of repaints', 'MB/s', { of: 'ratio', least: 1.2 }, { best: 'high' }),
  instant: row('first byte, agent boots at once', 'ms', ratio(1.15)),
  booting: row('first byte, agent boots 250 ms', 'ms', ratio(1.15)),
  exec: row('call that is handed on (--version)', 'ms', ratio(1.1), { yardstick: 'node -e 0, agent' }),
  idleCpu: row('idle, CPU', 'ms/s', { of: 'value', most: 1 }),
  idleRss: row('idle, resident memory', 'MiB', { of: 'value', most: 60 }),
  tunnel: row(
    'tunnel, one response',
    'MB/s',
    { of: 'ratio', least: 1 },
    { best: 'high', yardstick: 'ten lines' },
  ),
  eventP50: row(
    'tunnel, added delay of an event, p50',
    'ms',
    { of: 'value', most: 0.1 },
    { yardstick: 'ten lines' },
  ),
  eventP99: row(
    'tunnel, added delay of an event, p99',
    'ms',
    { of: 'value', most: 1 },
    { yardstick: 'ten lines' },
  ),
  busyCpu: row('busy (an answer streams), CPU', 'ms/s', most(20)),
  detection: own('detection beyond the limit', 's', most(0.25)),
  askedAgain: row("cut → new request, beyond the agent's own pause", 'ms', null),
  relaunch: own('relaunch, from the end of the agent to the next', 's', most(0.3)),
  manyEcho: row('echo p99 beside 32 busy sessions', 'ms', most(20)),
  manyIncidents: own('32 busy sessions, misjudged', 'incidents', most(0)),
  manyCpu: row('32 busy sessions, CPU of the contenders', 'ms/s', null),
  manyRest: row('32 busy sessions, CPU of agents, API and outer terminals', 'ms/s', null),
  manyMemory: row('32 busy sessions, memory of the contenders', 'MiB', null),
  repair: own('repair of 200 MB', 'MB/s', { of: 'value', least: 150 }, 'high'),
  repairMemory: own('repair of 200 MB, memory', 'MiB', most(120)),
  packed: own('package, packed', 'MB', null),
  unpacked: own('package, unpacked', 'MB', null),
  files: own('package, files', 'files', null),
  listing: own('guardctl sessions, 1000 past runs, beyond node', 'ms', most(30)),
} satisfies Readonly<Record<string, Row>>;

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

/** The nearest rank: of a hundred values, the 99th is p99, not the largest. */
export const quantile = (values: readonly number[], q: number): number =>
  sorted(values)[Math.max(0, Math.ceil(q * values.length) - 1)] ?? Number.NaN;

/** Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const [low = Number.NaN, high = low] = sorted(values).slice(Math.floor(middle), Math.ceil(middle) + 1);
  return (low + high) / 2;
}

export function note({ values }: Row, contender: string, value: number): void {
  const before = values.get(contender);
  if (before) before.push(value);
  else values.set(contender, [value]);
}

/** Median over the rounds of the guard's value by the yardstick's of the same round. */
export function ratioOf({ values, yardstick }: Row): number {
  const against = values.get(yardstick ?? '') ?? [];
  return median((values.get(guard) ?? []).map((value, round) => value / (against[round] ?? Number.NaN)));
}

/** Null: without an aim. */
export function isMet(measured: Row): boolean | null {
  const { aim, values } = measured;
  if (aim === null) return null;
  const value = aim.of === 'ratio' ? ratioOf(measured) : median(values.get(guard) ?? []);
  return 'most' in aim ? value <= aim.most : value >= aim.least;
}
