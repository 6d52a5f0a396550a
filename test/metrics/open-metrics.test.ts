import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Measurement, measure } from '../../src/metrics/instruments.ts';
import { openMetricsText, readSeries, withMeasurements } from '../../src/metrics/open-metrics.ts';
import { sampleIncident } from '../support/incident.ts';
import { readOpenMetrics } from '../support/open-metrics.ts';

const recovered = sampleIncident('r1-1', {
  ended_at: '2026-01-01T00:00:31.500Z',
  actions: [
    { action: 'wait', at: '2026-01-01T00:00:30.000Z', detail: '' },
    { action: 'cut', at: '2026-01-01T00:00:30.100Z', detail: '' },
  ],
  outcome: 'recovered',
});

describe('what an incident adds', () => {
  test('nothing while it is open', () => {
    expect(measure(sampleIncident('r1-1'))).toEqual([]);
  });

  test('an incident whose cut is a suspected false positive adds that once, whether it is over by then or not', () => {
    const names = (regretted_at: string) =>
      measure(
        sampleIncident('r1-1', {
          outcome: 'recovered',
          ended_at: '2026-01-01T00:00:31.000Z',
          regretted_at,
        }),
      ).map(({ instrument }) => instrument);
    expect(names('2026-01-01T00:00:31.000Z')).toEqual(['incidents', 'regrets', 'detection', 'recovery']);
    expect(names('2026-01-01T00:01:31.000Z')).toEqual(['regrets']);
  });
  test('once it is over: itself, its actions, how long it took', () => {
    const text = openMetricsText(withMeasurements(readSeries(''), measure(recovered)), { idle: 2 });
    const { value } = readOpenMetrics(text);
    expect(value('guarded_claude_sessions', { state: 'idle' })).toBe(2);
    expect(value('guarded_claude_incidents_total', { class: 'dead-stream', outcome: 'recovered' })).toBe(1);
    expect(value('guarded_claude_actions_total', { action: 'cut' })).toBe(1);
    expect(value('guarded_claude_actions_total', { action: 'nudge' })).toBe(0);
    expect(value('guarded_claude_detection_seconds_sum', {})).toBe(30);
    expect(value('guarded_claude_recovery_seconds_sum', {})).toBe(31.5);
    expect(value('guarded_claude_recovery_seconds_bucket', { le: '30.0' })).toBe(0);
    expect(value('guarded_claude_recovery_seconds_bucket', { le: '60.0' })).toBe(1);
  });
  test('an incident that was not recovered has no time of recovery', () => {
    const text = openMetricsText(
      withMeasurements(readSeries(''), measure({ ...recovered, outcome: 'gave_up' })),
      {},
    );
    const { value } = readOpenMetrics(text);
    expect(value('guarded_claude_recovery_seconds_count', {})).toBe(0);
    expect(value('guarded_claude_detection_seconds_count', {})).toBe(1);
  });
});

test('the text before the first incident', () => {
  expect(readOpenMetrics(openMetricsText(readSeries(''), { idle: 0 })).families).toEqual({
    guarded_claude_sessions: 'gauge',
    guarded_claude_incidents: 'counter',
    guarded_claude_regrets: 'counter',
    guarded_claude_actions: 'counter',
    guarded_claude_detection_seconds: 'histogram',
    guarded_claude_recovery_seconds: 'histogram',
  });
});

const word = fc.string({ maxLength: 12, unit: 'grapheme' });
const measurement: fc.Arbitrary<Measurement> = fc.oneof(
  fc.record({
    instrument: fc.constant('incidents' as const),
    labels: fc.record({ class: word, outcome: fc.constantFrom('recovered', 'gave_up') }),
    value: fc.constant(1),
  }),
  fc.record({
    instrument: fc.constantFrom('detection' as const, 'recovery' as const),
    labels: fc.constant({}),
    value: fc.nat(5_000_000).map((ms) => ms / 1000),
  }),
);

test('any text is valid OpenMetrics, and when read back continues from where it was', () => {
  fc.assert(
    fc.property(fc.array(measurement), fc.array(measurement), (first, second) => {
      const atOnce = withMeasurements(readSeries(''), [...first, ...second]);
      const text = openMetricsText(withMeasurements(readSeries(''), first), { idle: 1 });
      readOpenMetrics(text);
      const later = withMeasurements(readSeries(text), second);
      expect(new Map(later)).toEqual(new Map(atOnce));
      readOpenMetrics(openMetricsText(later, {}));
    }),
    {
      examples: [
        [[{ instrument: 'incidents', labels: { class: '\u2028', outcome: 'recovered' }, value: 1 }], []],
      ],
    },
  );
});

test.each([
  '',
  'garbage',
  '# TYPE x counter\nx_total 5\n# EOF\n',
  'guarded_claude_actions_total{action="cut"} -3\n',
  'guarded_claude_actions_total{action="cut"} NaN\n',
])('a text that is not ours counts for nothing: %j', (text) => {
  expect([...readSeries(text).values()].every((value) => value === 0)).toBe(true);
  expect([...readSeries(text).keys()].every((name) => name.startsWith('guarded_claude_'))).toBe(true);
});
