import { describe, expect, test } from 'vitest';
import { inputRuns } from '../../../src/terminal/vt/keys.ts';
import { createTokenizer, pasteMs } from '../../../src/terminal/vt/tokens.ts';
import { reads } from '../../support/keys.ts';

const kinds = (...chunks: string[]) =>
  reads(...chunks).flatMap((tokens) => inputRuns(tokens).map(({ kind }) => kind));

describe('what the person does', () => {
  test.each([
    ['letters', 'hello', ['text']],
    ['letters and Enter', 'hello\r', ['text', 'enter']],
    ['Esc', '\x1b', ['escape']],
    ['Esc twice', '\x1b\x1b', ['escape']],
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
    ['kitty: Ctrl+C on a Russian layout', '\x1b[1089::99;5u', ['interrupt']],
    ['kitty: Ctrl+C on a Russian layout, if the terminal does not tell its place', '\x1b[1089;5u', ['text']],
    ['kitty: Ctrl+D on a Greek layout, with caps lock', '\x1b[948::100;69u', ['exit']],
    ['kitty: Ctrl+Z on a Russian layout', '\x1b[1103::122;5u', ['suspend']],
    ['kitty: Ctrl and an ASCII letter in the place of another', '\x1b[97::99;5u', ['text']],
    ['kitty: a letter of a Russian layout without Ctrl', '\x1b[1089::99u', ['text']],
    ['kitty: Ctrl+[ is Esc', '\x1b[91;5u', ['escape']],
    ['kitty: Ctrl+[ on a Russian layout', '\x1b[1093::91;5u', ['escape']],
    ['kitty: Ctrl+M is Enter', '\x1b[109;5u', ['enter']],
    ['kitty: Esc', '\x1b[27u', ['escape']],
    ['kitty: Enter on the keypad', '\x1b[57414u', ['enter']],
    ['kitty: Shift+Enter', '\x1b[13;2u', ['text']],
    ['kitty: Ctrl+C released', '\x1b[99;5:3u', ['report']],
    ['modifyOtherKeys: Ctrl+[ and Ctrl+M', '\x1b[27;5;91~\x1b[27;5;109~', ['escape', 'enter']],
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
  test('a paste that breaks off: nobody has typed its end', () => {
    const tokenizer = createTokenizer();
    tokenizer.read(Buffer.from('\x1b[200~a'), 0);
    expect(inputRuns(tokenizer.expire(pasteMs))).toEqual([]);
  });
  test('an answer of the terminal', () =>
    expect(kinds('\x1b]11;rgb:', '0000/0000', '/0000\x07x')).toEqual(['report', 'text']));
});

/** One key after the other, with a person's pause between them. */
function typedSlowly(...keys: string[]) {
  const tokenizer = createTokenizer();
  return keys.flatMap((key, at) => {
    const tokens = [...tokenizer.read(Buffer.from(key), at * 1_000), ...tokenizer.expire(at * 1_000 + 999)];
    return inputRuns(tokens).map(({ kind }) => kind);
  });
}

describe('Esc, a moment, and another key: two keys', () => {
  test.each(['[', ']', 'O', 'P', '_', '^', 'a', 'é'])('%s', (key) =>
    expect(typedSlowly('\x1b', key, '\r', '\x03')).toEqual(['escape', 'text', 'enter', 'interrupt']),
  );
  test('Enter', () => expect(typedSlowly('\x1b', '\r')).toEqual(['escape', 'enter']));
  test('Esc again', () => expect(typedSlowly('\x1b', '\x1b')).toEqual(['escape', 'escape']));
});

test.each(['[', ']', 'O', 'P', '_', '^'])(
  'Alt and %s: a key, and what is typed after it is not lost',
  (key) => {
    expect(typedSlowly(`\x1b${key}`, 'x', '\r', '\x03')).toEqual(['text', 'text', 'enter', 'interrupt']);
  },
);

test.each(['\x1b[I', '\x1b[<0;1;1M', '\x1b[?62;22c', '\x1bP>|xterm(390)\x1b\\', '\x1b]11;rgb:0/0/0\x07'])(
  '%j, split after its ESC, is no key',
  (report) => expect(kinds('\x1b', report.slice(1))).toEqual(['report']),
);
