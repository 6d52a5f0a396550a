import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Row } from '../../../../src/agents/claude-code/transcript/row.ts';

/** The latest moment that a date can hold, in Unix milliseconds. */
const latest = 8.64e15;

test('any time is kept to the millisecond, beside the packed fields', () => {
  fc.assert(
    fc.property(fc.integer({ min: -latest, max: latest }), fc.boolean(), (time, is) => {
      const row = new Row('id');
      Object.assign(row, { kind: 'progress', thinking: 'all', link: 'dangling', side: is, bare: is });
      row.time = 999;
      row.time = time;
      expect(row).toMatchObject({ time, kind: 'progress', thinking: 'all', link: 'dangling' });
      expect(row).toMatchObject({ side: is, bare: is, failure: false, refused: false });
    }),
  );
});
