import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBoundary } from '../../src/terminal/boundary.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a place where something else may be written', () => {
  test.each([
    ['plain text', 'hello', true],
    ['after a whole CSI', '\x1b[1;31m', true],
    ['inside a CSI', 'x\x1b[1;3', false],
    ['after ESC', 'x\x1b', false],
    ['inside an OSC', '\x1b]0;title', false],
    ['OSC ended by BEL', '\x1b]0;title\x07', true],
    ['OSC ended by ST', '\x1b]0;title\x1b\\', true],
    ['OSC, half of ST', '\x1b]0;title\x1b', false],
    ['inside a DCS', '\x1bP+q544e', false],
    ['charset, incomplete', '\x1b(', false],
    ['charset', '\x1b(B', true],
    ['a sequence given up', '\x1b[1;3\x18', true],
    ['a new sequence cancels the old one', '\x1b]0;x\x1b[m', true],
  ])('%s', (_, text, safe) => {
    const boundary = createBoundary();
    boundary.feed(bytes(text));
    expect(boundary.safe).toBe(safe);
  });

  test('inside a UTF-8 character, byte by byte', () => {
    const boundary = createBoundary();
    const seen = [...bytes('é✻𝄞')].map((byte) => {
      boundary.feed(Uint8Array.of(byte));
      return boundary.safe;
    });
    expect(seen).toEqual([false, true, false, false, true, false, false, false, true]);
  });

  test('says the same however the stream is cut', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      '✻',
      '𝄞',
      '\x1b[',
      '1;2',
      'm',
      '\x1b]0;t',
      '\x07',
      '\x1b\\',
      '\x1bP',
      '\x18',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(40)), (pieces, cuts) => {
        const stream = bytes(pieces.join(''));
        const whole = createBoundary();
        whole.feed(stream);
        const cut = createBoundary();
        let at = 0;
        for (const length of cuts) {
          cut.feed(stream.subarray(at, at + length));
          at += length;
        }
        cut.feed(stream.subarray(at));
        expect(cut.safe).toBe(whole.safe);
      }),
    );
  });
});
