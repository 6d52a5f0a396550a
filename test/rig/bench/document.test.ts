import { expect, test } from 'vitest';
import { withSection } from './document.ts';
import { median, quantile } from './rows.ts';

test('a run replaces the section of its own node, and leaves those of others as they are', () => {
  const document = (sections: readonly string[]) => ['# Benchmarks\n\nWords.\n', ...sections].join('\n');
  const first = document(withSection('', '22.1.0', 'Of 22.\n\n| a |\n'));
  const second = document(withSection(first, '20.20.2', 'Of 20.\n'));
  const third = document(withSection(second, '22.3.0', 'Of 22 again.\n'));
  expect(withSection(third, '24.0.0', 'Of 24.\n')).toEqual([
    '## node 20\n\nOf 20.\n',
    '## node 22\n\nOf 22 again.\n',
    '## node 24\n\nOf 24.\n',
  ]);
});

test('quantiles are values that were measured, and the median lies in the middle', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile([7], 0.99)).toBe(7);
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1])).toBe(2.5);
  expect(median([])).toBeNaN();
});
