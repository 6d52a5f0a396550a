import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTokenizer, escMs, pasteMs, restMs, type Token } from '../../../src/terminal/vt/tokens.ts';

/** Runs of text and of a paste may be cut anywhere: they are put together. */
function joined(tokens: readonly Token[]): readonly string[] {
  const told: string[] = [];
  let run = '';
  const end = () => {
    if (run !== '') told.push(run);
    run = '';
  };
  for (const token of tokens) {
    if (token.type === 'text' || token.type === 'paste') {
      if (!run.startsWith(token.type)) end();
      run ||= `${token.type} `;
      run += Buffer.from(token.bytes).toString('latin1');
    } else {
      end();
      told.push(JSON.stringify(token));
    }
  }
  end();
  return told;
}

function read(chunks: readonly Uint8Array[]): readonly Token[] {
  const tokenizer = createTokenizer();
  const tokens = chunks.flatMap((chunk) => tokenizer.read(chunk, 0));
  return [...tokens, ...tokenizer.expire(restMs)];
}

const types = (text: string) => read([Buffer.from(text)]).map(({ type }) => type);

/** Bytes that mean something to a terminal come often, all others now and then. */
const stream = fc
  .array(
    fc.oneof(
      fc
        .constantFrom(
          '\x1b',
          '\x1b[',
          '\x1b[200~',
          '\x1b[201~',
          '\x1b[M',
          '\x1b]',
          '\x1bP',
          '\x1b\\',
          '\x1bO',
          '\x07',
          '\x03',
          '\r',
          '1;5',
          'A',
          '~',
          'é',
          '日',
          '👩‍👩‍👧',
        )
        .map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((pieces) => Buffer.concat(pieces));

describe('tokens', () => {
  test('are the same however the bytes are split', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.nat(80)), (bytes, cuts) => {
        const ends = [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
        const chunks = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
        expect(joined(read(chunks))).toEqual(joined(read([bytes])));
      }),
      { numRuns: 1_000 },
    );
  });

  test('hold a character whole, and text in another encoding for a moment only', () => {
    const tokenizer = createTokenizer();
    const texts = (tokens: readonly Token[]) =>
      tokens.map((token) =>
        token.type === 'text' ? Buffer.from(token.bytes).toString('latin1') : token.type,
      );
    const [first, ...rest] = Buffer.from('日');
    expect(texts(tokenizer.read(Uint8Array.of(0x61, first as number), 0))).toEqual(['a']);
    expect(tokenizer.isOpen).toBe(true);
    expect(texts(tokenizer.read(Uint8Array.from(rest), 0))).toEqual([Buffer.from('日').toString('latin1')]);
    expect(tokenizer.isOpen).toBe(false);
    expect(texts(tokenizer.read(Uint8Array.of(0xe9), 0))).toEqual([]);
    expect(texts(tokenizer.read(Buffer.from('t\r'), 0))).toEqual(['\xe9', 't', 'control']);
    expect(texts(tokenizer.read(Uint8Array.of(0xe9), 0))).toEqual([]);
    expect(texts(tokenizer.expire(restMs))).toEqual(['\xe9']);
    expect(tokenizer.isOpen).toBe(false);
  });

  test('cover each byte once', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const tokenizer = createTokenizer();
        const tokens = [...tokenizer.read(bytes, 0), ...tokenizer.expire(pasteMs)];
        expect(tokens.reduce((sum, { length }) => sum + length, 0)).toBe(bytes.length);
        expect([tokenizer.heldBytes, tokenizer.isOpen, tokenizer.dueAt]).toEqual([0, false, null]);
      }),
    );
  });

  test('for a Ctrl+C come at once, whatever is open; in a paste, once it is over', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const tokenizer = createTokenizer();
        const read = tokenizer.read(bytes, 0);
        const isInPaste = read.findLast(({ type }) => type.startsWith('paste-'))?.type === 'paste-begin';
        if (isInPaste) tokenizer.expire(pasteMs);
        const told = tokenizer.read(Buffer.from('\x03'), 0).at(-1);
        const isTold =
          (told?.type === 'control' && told.byte === 3) || (told?.type === 'esc' && told.rest === '\x03');
        expect(isTold).toBe(true);
      }),
    );
  });

  test.each([
    ['Alt and an arrow, as two ESC', '\x1b\x1b[A', ['csi']],
    ['Esc twice', '\x1b\x1b', ['esc', 'esc']],
    ['Alt and a letter of two bytes', '\x1bé', ['esc']],
    ['an answer cut by another', '\x1b]11;rgb\x1b[I', ['broken', 'csi']],
    ['a CSI cut by a key', '\x1b[1;\r', ['broken', 'control']],
    ['Alt+P and text, then Enter', '\x1bPlease\r', ['esc', 'text', 'control']],
    [
      'a paste that holds a sequence',
      '\x1b[200~\x1b[A\x1b[20\x1b[201~',
      ['paste-begin', 'paste', 'paste', 'paste', 'paste-end'],
    ],
  ])('of %s', (_name, text, expected) => expect(types(text)).toEqual(expected));

  test('wait for the rest of a sequence, but not for ever', () => {
    const tokenizer = createTokenizer();
    expect(tokenizer.read(Buffer.from('\x1b'), 100)).toEqual([]);
    expect(tokenizer.dueAt).toBe(100 + escMs);
    expect(tokenizer.expire(100 + escMs - 1)).toEqual([]);
    expect(tokenizer.expire(100 + escMs)).toEqual([{ type: 'esc', rest: '', length: 1 }]);
    expect(tokenizer.dueAt).toBeNull();
    tokenizer.read(Buffer.from('\x1b[1;'), 200);
    expect(tokenizer.dueAt).toBe(200 + restMs);
    expect(tokenizer.expire(200 + restMs)).toEqual([{ type: 'broken', length: 4 }]);
  });

  test.each([
    ['its text', '\x1b[200~one', []],
    ['half its end', '\x1b[200~one\x1b[20', ['paste']],
  ])('of a paste that breaks off in %s: it is over once nothing has come for long', (_name, text, held) => {
    const tokenizer = createTokenizer();
    tokenizer.read(Buffer.from(text), 100);
    expect(tokenizer.expire(100 + pasteMs - 1)).toEqual([]);
    expect(tokenizer.dueAt).toBe(100 + pasteMs);
    const told = tokenizer.expire(100 + pasteMs).map(({ type }) => type);
    expect(told).toEqual([...held, 'paste-end']);
    expect([tokenizer.isOpen, tokenizer.dueAt]).toEqual([false, null]);
    expect(tokenizer.read(Buffer.from('\r'), 0)).toEqual([{ type: 'control', byte: 13, length: 1 }]);
  });

  test('of a paste that was held up end with it, however late; a stray end is a report', () => {
    const tokenizer = createTokenizer();
    tokenizer.read(Buffer.from('\x1b[200~one'), 0);
    tokenizer.expire(pasteMs);
    const rest = () => tokenizer.read(Buffer.from('two\x1b[201~'), 0).map(({ type }) => type);
    expect(rest()).toEqual(['text', 'paste-end']);
    expect(rest()).toEqual(['text', 'csi']);
  });

  test('keep little of an endless answer', () => {
    const tokenizer = createTokenizer();
    tokenizer.read(Buffer.from('\x1b]52;c;'), 0);
    for (let round = 0; round < 100; round++) tokenizer.read(Buffer.alloc(65_536, 'x'), 0);
    expect(tokenizer.read(Buffer.from('\x07a'), 0).map(({ type }) => type)).toEqual(['string', 'text']);
  });
});
