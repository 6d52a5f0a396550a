import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readReset } from '../../src/agents/claude-code/screen/limit-reset.ts';
import { momentOf } from '../../src/platform/wall-time.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

describe('the time at which a limit resets', () => {
  test.each([
    ["You've hit your limit \u00b7 resets 6:27am (UTC)", { hour: 6, minute: 27, zone: 'UTC' }],
    ['resets 3pm (Europe/Berlin)', { hour: 15, minute: 0, zone: 'Europe/Berlin' }],
    ['5-hour limit reached \u2219 resets 12am', { hour: 0, minute: 0 }],
    ['resets 12:30pm (America/New_York)', { hour: 12, minute: 30, zone: 'America/New_York' }],
    ['resets Nov 25, 3pm (UTC)', { hour: 15, minute: 0, zone: 'UTC', month: 11, day: 25 }],
    ['resets Dec 1 at 9:05am', { hour: 9, minute: 5, month: 12, day: 1 }],
    ['resets 18:40', { hour: 18, minute: 40 }],
    ['limit resets soon', null],
    ['resets 5 things', null],
  ])('is read from "%s"', (text, reset) => {
    expect(readReset(text)).toEqual(reset);
  });

  test.each([
    ['later today', 'resets 6:27am (UTC)', '2026-11-21T05:00:00Z', '2026-11-21T06:27:00.000Z'],
    ['tomorrow', 'resets 6:27am (UTC)', '2026-11-21T10:00:00Z', '2026-11-22T06:27:00.000Z'],
    ['just gone', 'resets 6:27am (UTC)', '2026-11-21T06:30:00Z', '2026-11-21T06:27:00.000Z'],
    [
      'in another zone, where it is tomorrow',
      'resets 1am (Asia/Tokyo)',
      '2026-11-21T15:30:00Z',
      '2026-11-21T16:00:00.000Z',
    ],
    [
      'after the clocks went forward in the night',
      'resets 8am (Europe/Berlin)',
      '2026-03-28T20:00:00Z',
      '2026-03-29T06:00:00.000Z',
    ],
    [
      'after the clocks went back in the night',
      'resets 8am (Europe/Berlin)',
      '2026-10-24T20:00:00Z',
      '2026-10-25T07:00:00.000Z',
    ],
    [
      'in the hour that there is not',
      'resets 2:30am (Europe/Berlin)',
      '2026-03-28T20:00:00Z',
      '2026-03-29T01:30:00.000Z',
    ],
    ['on a date', 'resets Nov 25, 3pm (UTC)', '2026-11-21T10:00:00Z', '2026-11-25T15:00:00.000Z'],
    ['on a date of next year', 'resets Jan 2, 3pm (UTC)', '2026-12-30T10:00:00Z', '2027-01-02T15:00:00.000Z'],
  ])('is a moment %s', (_name, text, now, moment) => {
    const reset = readReset(text);
    expect(reset && iso(momentOf(reset, at(now)))).toBe(moment);
  });

  test('in an unknown zone is not a moment', () => {
    expect(momentOf({ hour: 1, minute: 0, zone: 'Nowhere/At_All' }, 0)).toBeNull();
  });

  test('without a date is never more than a day and an hour away', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kolkata', 'Australia/Lord_Howe'),
        fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') }),
        (hour, minute, zone, now) => {
          const moment = momentOf({ hour, minute, zone }, now) ?? Number.NaN;
          expect(moment - now).toBeGreaterThanOrEqual(-600_000);
          expect(moment - now).toBeLessThanOrEqual(25 * 3_600_000);
        },
      ),
    );
  });
});
