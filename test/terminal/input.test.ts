import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createInputReader } from '../../src/terminal/input.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const kinds = (...chunks: string[]) => {
  const read = createInputReader();
  return chunks.flatMap((chunk) => read(bytes(chunk)).map((run) => run.kind));
};

describe('what the person does', () => {
  test.each([
    ['letters', 'hello', ['text']],
    ['letters and Enter', 'hello\r', ['text', 'enter']],
    ['Esc', '\x1b', ['interrupt']],
    ['Esc twice', '\x1b\x1b', ['interrupt']],
    ['Ctrl+C', '\x03', ['interrupt']],
    ['Ctrl+D', '\x04', ['exit']],
    ['Ctrl+Z', '\x1a', ['suspend']],
    ['a line feed is a new line in the draft', 'a\nb', ['text']],
    ['arrow', '\x1b[A', ['text']],
    ['arrow in application mode', '\x1bOA', ['text']],
    ['Alt+Enter', '\x1b\r', ['text']],
    ['Alt+b', '\x1bb', ['text']],
    ['kitty: Ctrl+Z', '\x1b[122;5u', ['suspend']],
    ['kitty: Ctrl+Z with num lock', '\x1b[122;133u', ['suspend']],
    ['kitty: Ctrl+C', '\x1b[99;5u', ['interrupt']],
    ['kitty: Ctrl+D', '\x1b[100;5u', ['exit']],
    ['kitty: Esc', '\x1b[27u', ['interrupt']],
    ['kitty: Enter on the keypad', '\x1b[57414u', ['enter']],
    ['kitty: Shift+Enter', '\x1b[13;2u', ['text']],
    ['kitty: Ctrl+C released', '\x1b[99;5:3u', ['report']],
    ['modifyOtherKeys: Ctrl+Z', '\x1b[27;5;122~', ['suspend']],
    ['F3 with Shift', '\x1b[1;2R', ['text']],
    ['a paste with line ends', '\x1b[200~one\rtwo\x03\x1b[201~', ['text']],
    ['a paste, then Enter', '\x1b[200~one\rtwo\x1b[201~\r', ['text', 'enter']],
  ] as const)('%s', (_, input, expected) => {
    expect(kinds(input)).toEqual(expected);
  });
});

describe('what only the terminal says', () => {
  test.each([
    ['mouse', '\x1b[<0;10;20M\x1b[<0;10;20m'],
    ['old mouse', '\x1b[M !!'],
    ['focus', '\x1b[I\x1b[O'],
    ['cursor position', '\x1b[24;80R'],
    ['device attributes', '\x1b[?62;22c'],
    ['kitty flags', '\x1b[?1u'],
    ['mode report', '\x1b[?2026;2$y'],
    ['colour scheme', '\x1b[?997;1n'],
    ['colour', '\x1b]11;rgb:0000/0000/0000\x1b\\'],
    ['version', '\x1bP>|xterm(390)\x1b\\'],
    ['size', '\x1b[8;40;110t'],
  ])('%s', (_, input) => {
    expect(kinds(input)).toEqual(['report']);
  });
});

describe('split over chunks', () => {
  test('a sequence', () => expect(kinds('\x1b[12', '2;5u')).toEqual(['suspend']));
  test('a paste and its end', () =>
    expect(kinds('\x1b[200~a\r', 'b\r\x1b[2', '01~', '\r')).toEqual(['text', 'text', 'text', 'enter']));
  test('Esc, then Enter: two keys', () => expect(kinds('\x1b', '\r')).toEqual(['interrupt', 'enter']));
  test('Esc, then a letter', () => expect(kinds('\x1b', 'a')).toEqual(['interrupt', 'text']));
  test('a mouse report cut after ESC is told as Esc, its rest is not text', () =>
    expect(kinds('\x1b', '[<0;1;1M')).toEqual(['interrupt', 'report']));
  test('a long answer', () =>
    expect(kinds('\x1b]11;rgb:', '0000/0000', '/0000\x07x')).toEqual(['report', 'text']));

  test('no byte is counted twice or forgotten once a chunk ends on a character', () => {
    const key = fc.constantFrom(
      'a',
      '\r',
      '\x1b[A',
      '\x1b[122;5u',
      '\x1b[200~x\ry\x1b[201~',
      '\x03',
      '\x1b[I',
      '✻',
    );
    fc.assert(
      fc.property(
        fc.array(key, { minLength: 1 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (typed, cuts) => {
          const stream = bytes(`${typed.join('')}z`);
          const read = createInputReader();
          let counted = 0;
          let at = 0;
          for (const length of [...cuts, stream.length]) {
            for (const run of read(stream.subarray(at, at + length))) counted += run.bytes;
            at += length;
          }
          expect(counted).toBe(stream.length);
        },
      ),
    );
  });
});
