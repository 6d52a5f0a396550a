import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSequenceReader } from '../../../src/terminal/vt/sequences.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What a stream that comes in these chunks is read as, and whether something is open at its end. */
function reading(...chunks: readonly (string | Uint8Array)[]) {
  const reader = createSequenceReader();
  const sequences = chunks.flatMap((chunk) => reader.read(typeof chunk === 'string' ? bytes(chunk) : chunk));
  return { sequences, isOpen: reader.isOpen };
}

describe('a sequence that is reported', () => {
  test.each([
    ['private CSI', '\x1b[?1000;1006h', { type: 'csi', prefix: '?', parameters: '1000;1006', final: 'h' }],
    ['keyboard flags', '\x1b[>5u', { type: 'csi', prefix: '>', parameters: '5', final: 'u' }],
    ['scroll region', '\x1b[3;9r', { type: 'csi', prefix: '', parameters: '3;9', final: 'r' }],
    ['cursor style', '\x1b[5 q', { type: 'csi', prefix: '', parameters: '5 ', final: 'q' }],
    ['soft reset', '\x1b[!p', { type: 'csi', prefix: '', parameters: '!', final: 'p' }],
    ['a line feed inside', '\x1b[?25\nh', { type: 'csi', prefix: '?', parameters: '25', final: 'h' }],
    ['a title, ended by BEL', '\x1b]0;◐ Täsk\x07', { type: 'osc', payload: '0;◐ Täsk' }],
    ['an OSC, ended by ST', '\x1b]7501;?\x1b\\', { type: 'osc', payload: '7501;?' }],
    ['a reset', '\x1bc', { type: 'esc', rest: 'c' }],
    ['a charset', '\x1b(0', { type: 'esc', rest: '(0' }],
  ])('%s', (_, text, sequence) => {
    const whole = `text \x1b[1;31m✻\x1b[K${text}\x1b[m more`;
    const told = reading(whole).sequences.filter((each) => each.type !== 'esc' || each.rest !== '\\');
    expect(told).toEqual([sequence]);
    const oneByOne = reading(...[...bytes(whole)].map((byte) => Uint8Array.of(byte))).sequences;
    expect(oneByOne).toEqual(reading(whole).sequences);
  });
});

test.each([
  ['text, colours and movements', 'text \x1b[38;5;174mcolour\x1b[m\x1b[2J\x1b[5;5H✻'],
  ['a CSI that is given up', '\x1b[?25\x18h'],
  ['an OSC that is given up', '\x1b]0;title\x1a\x07'],
  ['what is inside a DCS', '\x1bP\x07]0;title\x07[?25h'],
])('%s: nothing is told', (_, text) => {
  expect(reading(text).sequences).toEqual([]);
});

test('a payload without an end does not fill the memory', () => {
  const { sequences } = reading('\x1b]0;', ...Array<string>(100).fill('x'.repeat(1_000)), '\x07');
  expect(sequences).toEqual([{ type: 'osc', payload: `0;${'x'.repeat(4_094)}` }]);
});

describe('a place where other output may be inserted', () => {
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
    ['inside a DCS, behind a BEL', '\x1bPtmux;\x07', false],
    ['a DCS that is given up', '\x1bP+q\x18', true],
    ['charset, incomplete', '\x1b(', false],
    ['charset', '\x1b(B', true],
    ['a sequence given up', '\x1b[1;3\x18', true],
    ['a new sequence cancels the old one', '\x1b]0;x\x1b[m', true],
  ])('%s', (_, text, safe) => {
    expect(reading(text).isOpen).toBe(!safe);
  });

  test('inside a UTF-8 character, byte by byte', () => {
    const reader = createSequenceReader();
    const open = [...bytes('é✻𝄞')].map((byte) => {
      reader.read(Uint8Array.of(byte));
      return reader.isOpen;
    });
    expect(open).toEqual([true, false, true, true, false, true, true, true, false]);
  });

  test.each([
    ['a stray continuation byte', [0x80], false],
    ['many of them', [0xe2, 0x9c, 0xbb, 0xbb, 0xbb, 0xbb], false],
    ['a character that another one breaks off', [0xe2, 0xc3], true],
    ['a character that a sequence breaks off', [0xe2, 0x1b, 0x5b, 0x6d], false],
  ])('%s', (_, chunk, isOpen) => {
    expect(reading(Uint8Array.from(chunk)).isOpen).toBe(isOpen);
  });
});

test('a stream is read the same however it is split', () => {
  const piece = fc.constantFrom(
    ...['a', 'é', '✻', '𝄞', '\x1b[', '1;2', 'm', '\x1b]0;t', '\x07', '\x1b\\', '\x1bP', '\x18', '\n'],
    ...['\x1b[?25l', '\x1b[3;9r', '\x1b(0', '\x1b[>1u', '\x1b', '?', 'h', '\x7f'],
  );
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat(12)), (pieces, lengths) => {
      const stream = bytes(pieces.join(''));
      const cuts = lengths.map((_, at) => lengths.slice(0, at + 1).reduce((sum, length) => sum + length, 0));
      const chunks = [0, ...cuts].map((from, at) => stream.subarray(from, cuts[at] ?? stream.length));
      expect(reading(...chunks)).toEqual(reading(stream));
    }),
    { numRuns: 500 },
  );
});
