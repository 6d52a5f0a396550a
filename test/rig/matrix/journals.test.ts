/**
 * Journals of real sessions, recorded by `npm run matrix -- --journals`: today's code decides as it did then, bit for
 * bit.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type JournalFile, readJournalFile } from '../../../src/records/journal-reader.ts';
import { replay } from '../../../src/records/replay.ts';
import { fixture } from '../../support/places.ts';
import { scrubJournal } from './scrub.ts';

const folder = fixture('journals');
const journals = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.jsonl'),
);
const read = (name: string) => readJournalFile(join(folder, name)) as JournalFile;

test('there are journals of both kinds', () => {
  for (const kind of ['healthy', 'faults'])
    expect(journals.filter((name) => name.startsWith(kind)).length).toBeGreaterThan(5);
});

describe.each(journals)('%s', (name) => {
  test('replays to the same decisions', () => {
    const { same, events, decisions } = replay(read(name));
    expect(decisions.filter(({ taken }) => taken !== 'same')).toEqual([]);
    expect(same).toBe(true);
    expect(events).toBeGreaterThan(10);
    const acted = decisions.filter(({ effect }) => effect.type === 'incident');
    if (name.startsWith('healthy')) expect(acted).toEqual([]);
    else expect(acted.length).toBeGreaterThan(0);
  });

  test('names no machine', () => {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text).toBe(scrubJournal(text));
    expect(text).not.toMatch(/"\/(tmp|home|root|var)\//);
  });
});
