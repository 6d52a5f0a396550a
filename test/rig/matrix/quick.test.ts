/** The quick part of the matrix, so that no change goes unseen until somebody plays all of it. */
import { describe, expect, test } from 'vitest';
import { missing } from '../../support/real-agent.ts';
import { nameOf } from './cell.ts';
import { runCell } from './play.ts';
import { quickCells } from './quick.ts';

describe.concurrent('the quick part of the matrix', () => {
  test.skipIf(missing('2.1.329')).each(quickCells.map((cell) => [nameOf(cell), cell] as const))(
    '%s',
    { timeout: 240_000 },
    async (_, cell) => {
      const { problem, false_touches, record_problem } = await runCell(cell, new AbortController().signal);
      expect(problem).toBeNull();
      expect(false_touches).toBe(0);
      expect(record_problem).toBeNull();
    },
  );
});
