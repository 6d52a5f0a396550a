import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLines, parseLine } from '../../src/print/lines.ts';

test('lines come whole and in order, however the stream is split, and the rest comes at the end', () => {
  const pieces = fc.array(fc.constantFrom('{"a":1}', '\n', '✻', 'x\n', ''));
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(5)), (text, lengths) => {
      const stream = Buffer.from(text.join(''));
      const lines = createLines();
      const taken: string[] = [];
      let at = 0;
      for (const length of [...lengths, stream.length]) {
        taken.push(...lines.take(stream.subarray(at, at + length)).map(String));
        at += length;
      }
      expect(taken.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
      expect(lines.isOpen).toBe(stream.length > 0 && stream.at(-1) !== 0x0a);
      expect(taken.join('') + lines.rest()).toBe(stream.toString());
      expect([lines.isOpen, lines.rest().length]).toEqual([false, 0]);
    }),
  );
});

test('a line that is not JSON is not a record', () => {
  expect([parseLine(Buffer.from('{"a":1}\n')), parseLine(Buffer.from('{"a":'))]).toEqual([
    { a: 1 },
    undefined,
  ]);
});
