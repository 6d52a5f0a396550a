/** Journals. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal } from '../../../src/records/journal-reader.ts';
import { replay } from '../../../src/records/replay.ts';
import { fixtures, reader, type Target } from '../target.ts';

export const journal: Target = {
  what: 'journals, and their replay',
  seeds: () =>
    fixtures('journals', /\.jsonl$/)
      .toSorted((a, b) => a.length - b.length)
      .slice(0, 30),
  words: [
    '"at":',
    '"event":{"type":"tick"},',
    '"checkpoint":{},',
    '"checkpoint":null,',
    '"header":{},',
    '"config":{},',
  ],
  open: async (folder) =>
    reader((input) => {
      writeFileSync(join(folder, 'journal.jsonl'), input);
      for (const file of readJournal(join(folder, 'journal.jsonl'))) replay(file);
    }),
};
