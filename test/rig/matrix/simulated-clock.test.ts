/**
 * Healthy sessions as they were recorded, on a simulated clock at the default limits: nothing may ever be done to them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../../../src/events.ts';
import { type JournalFile, readJournalFile } from '../../../src/records/journal-reader.ts';
import { fixture } from '../../support/places.ts';
import { eventsOf, healthyHours, type Pause, tell } from './simulated-clock.ts';

const journalsOf = (kind: 'healthy' | 'faults'): readonly JournalFile[] => {
  const folder = fixture(`journals/${kind}`);
  return readdirSync(folder).map((name) => readJournalFile(join(folder, name)) as JournalFile);
};
const healthy = journalsOf('healthy');

test('five hundred healthy agent-minutes and more, and not one action', () => {
  const told = healthyHours(healthy);
  expect(told.healthyMs).toBeGreaterThan(500 * 60_000);
  expect(told.deeds).toEqual([]);
});

/** The senses, each by the events that it brings. */
const sensesOf = {
  status: ({ type }: Event) => type === 'program-status',
  tunnel: ({ type }: Event) => type.startsWith('connection.'),
  hooks: ({ type }: Event) => /^(tool|turn|compaction)\./.test(type),
  transcript: ({ type }: Event) => type === 'request.sent' || type.endsWith('.recorded'),
  screen: ({ type }: Event) => type === 'screen',
} as const;
type Sense = keyof typeof sensesOf;
const senseNames = Object.keys(sensesOf) as readonly Sense[];

test('property: nor with a sense blind or late, or time slower', () => {
  const late = fc.integer({ min: 0, max: 1_500 });
  const variant = fc.record({
    file: fc.nat(healthy.length - 1),
    stretch: fc.double({ min: 1, max: 3, noNaN: true }),
    rounds: fc.integer({ min: 1, max: 4 }),
    restMs: fc.integer({ min: 0, max: 3_600_000 }),
    blind: fc.constantFrom<Sense | null>(null, 'status', 'tunnel', 'hooks', 'transcript'),
    late: fc.record({ status: late, tunnel: late, hooks: late, transcript: late, screen: late }),
  });
  fc.assert(
    fc.property(variant, ({ file, blind, late: lateness, ...telling }) => {
      const told = tell(eventsOf(healthy[file] as JournalFile), {
        ...telling,
        without: (event) => blind !== null && sensesOf[blind](event),
        lateMs: (event) => lateness[senseNames.find((name) => sensesOf[name](event)) ?? 'status'],
      });
      expect([healthy[file]?.path.replace(/.*\//, ''), ...told.deeds]).toHaveLength(1);
    }),
    { numRuns: 80 },
  );
});

const pauseKinds: readonly ((lengthMs: number) => Pick<Pause, 'lengthMs' | 'before' | 'after'>)[] = [
  (lengthMs) => ({ lengthMs, before: [], after: [{ type: 'clock.gap', gapMs: lengthMs, cause: 'stalled' }] }),
  // A nap that connections live through.
  (lengthMs) => ({
    lengthMs: 0,
    before: [],
    after: [{ type: 'clock.gap', gapMs: 5_000 + (lengthMs % 24_000), cause: 'slept' }],
  }),
  (lengthMs) => ({
    lengthMs,
    before: [{ type: 'terminal.suspended' }],
    after: [{ type: 'clock.gap', gapMs: lengthMs, cause: 'stalled' }, { type: 'terminal.continued' }],
  }),
  (lengthMs) => ({
    lengthMs,
    before: [{ type: 'terminal.lent' }],
    after: [{ type: 'terminal.returned' }],
  }),
  (lengthMs) => ({
    lengthMs,
    before: [{ type: 'terminal.blocked' }],
    after: [{ type: 'terminal.drained' }],
  }),
];

test('property: nor when the guard itself sees nothing for a while, at whatever moment', () => {
  const variant = fc.record({
    file: fc.nat(healthy.length - 1),
    stretch: fc.double({ min: 1, max: 3, noNaN: true }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom(...pauseKinds),
    lengthMs: fc.integer({ min: 5_000, max: 36_000_000 }),
  });
  fc.assert(
    fc.property(variant, ({ file, stretch, share, kind, lengthMs }) => {
      const pause = { share, ...kind(lengthMs) };
      const told = tell(eventsOf(healthy[file] as JournalFile), { stretch, rounds: 1, pause });
      expect([healthy[file]?.path.replace(/.*\//, ''), ...told.deeds]).toHaveLength(1);
    }),
    { numRuns: 80 },
  );
});

test('the same telling of a session with a fault does show deeds', () => {
  const deeds = journalsOf('faults').flatMap(
    (file) => tell(eventsOf(file), { stretch: 10, rounds: 1, restMs: 300_000 }).deeds,
  );
  expect(deeds.length).toBeGreaterThan(5);
});
