import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Composer, createComposer } from '../../src/person/composer.ts';
import { createTokenizer, pasteMs } from '../../src/terminal/vt/tokens.ts';
import { composing } from '../support/composing.ts';
import { reads, tokensOf } from '../support/keys.ts';

/** @param kept the keys wait for the next agent, so a text that they send is queued */
function type(composer: Composer, chunks: readonly (string | Uint8Array)[], kept: boolean): Composer {
  for (const tokens of reads(...chunks)) composer.typed(tokens, kept, 0);
  return composer;
}
const typed = (...chunks: readonly string[]) => type(createComposer(), chunks, true);

describe('a draft', () => {
  test.each([
    ['plain text', ['fix ', 'the bug'], 'fix the bug', true],
    ['deletions', ['fxx\x7f\x7fix'], 'fix', true],
    ['a cleared line', ['wrong\x15right'], 'right', true],
    ['a cleared row of several', ['one\\\rtwo\x15three'], 'one\nthree', false],
    ['a deleted word', ['one two\x17three'], 'one three', true],
    ['a paste over two chunks', ['\x1b[200~line 1\rli', 'ne 2\x1b[201~!'], 'line 1\nline 2!', true],
    ['line breaks', ['a\\\rb\nc\x1b\rd'], 'a\nb\nc\nd', true],
    ['reports of the terminal', ['a\x1b[I\x1b[<35;1;2Mb\x1b[?62;c'], 'ab', true],
    ['cursor keys', ['ab\x1b[Dc'], 'abc', false],
    ['a family, deleted by one key', ['a👩‍👩‍👧\x7fb'], 'ab', true],
    ['the shell mode', ['!', 'ls'], '!ls', true],
    ['letters beyond ASCII', ['gr\u00fc\u00df\x7f\u00df \u{1f600}\x7f'], 'gr\u00fc\u00df ', true],
  ])('of %s', (_name, chunks, text, exact) => {
    const draft = typed(...chunks);
    expect(draft.unsent).toBe(text);
    expect(draft.isExact).toBe(exact);
  });

  test('is gone when the box is empty, and queued when it was sent', () => {
    const { composer: draft, tell, shows } = composing();
    tell({ type: 'turn.started' });
    type(draft, ['first\r'], true);
    shows('busy');
    type(draft, ['second'], true);
    expect(draft.unsent).toBe('first\n\nsecond');
    tell({ type: 'turn.ended' });
    tell({ type: 'turn.started' });
    expect(draft.unsent).toBe('second');
    type(draft, ['\x15'], true);
    shows('busy');
    expect(draft.unsent).toBe('');
  });

  test('typed after Enter is a new one once the box is seen to hold nothing else', () => {
    const draft = createComposer();
    type(draft, ['do it'], false);
    type(draft, ['\r'], false);
    type(draft, ['\x1b[I'], false);
    expect([draft.unsent, draft.mayHold]).toEqual(['do it', ['do it']]);
    type(draft, ['next'], false);
    expect([draft.unsent, draft.isExact, draft.sent]).toEqual(['do it\n\nnext', false, null]);
    expect(draft.mayHold).toEqual(['next', 'do it\nnext']);
    draft.settle('do it\nnext');
    expect(draft.unsent).toBe('do it\n\nnext'); // the agent may not have read Enter yet
    draft.settle('next');
    expect([draft.unsent, draft.isExact, draft.sent?.text]).toEqual(['next', true, 'do it']);
    expect(typed('in one burst\rwith the next').unsent).toBe('in one burst\n\nwith the next');
  });

  test('is put aside, and comes back before what was typed in the meantime', () => {
    const { composer: draft, shows } = composing();
    type(draft, ['first\r'], true);
    shows('busy');
    type(draft, ['the draft'], true);
    draft.putAside();
    expect([draft.inBox, draft.aside, draft.unsent]).toEqual(['', 'the draft', 'the draft\n\nfirst']);
    shows('busy');
    type(draft, [', typed on'], true);
    draft.restored();
    expect([draft.inBox, draft.aside]).toEqual(['the draft, typed on', '']);
  });

  test('comes back before what was sent in the meantime, and the agent gets both as one', () => {
    const draft = createComposer();
    type(draft, ['the draft'], false);
    draft.putAside();
    type(draft, [', typed on', '\r', 'and the next'], true);
    draft.restored();
    expect(draft.queue.map(({ text }) => text)).toEqual(['the draft, typed on']);
    expect(draft.unsent).toBe('the draft, typed on\n\nand the next');
  });

  test('comes back before an Enter that was held, and is sent with it', () => {
    const draft = createComposer();
    type(draft, ['the draft'], false);
    draft.putAside();
    type(draft, ['\r', 'and the next'], true);
    draft.restored();
    expect(draft.queue.map(({ text }) => text)).toEqual(['the draft']);
    expect(draft.unsent).toBe('the draft\n\nand the next');
  });

  test('is shortened by deletions that were held, whether the agent gets them or not', () => {
    const put = () => {
      const draft = createComposer();
      type(draft, ['the draft!!'], false);
      draft.putAside();
      type(draft, ['\x7f', '\x7f', ' goes on'], true);
      return draft;
    };
    const [given, kept, joined] = [put(), put(), put()];
    given.restored();
    expect(given.inBox).toBe('the draft goes on');
    kept.putKeptAside([], []);
    expect(kept.aside).toBe('the draft\n\n goes on');
    expect([joined.joinKept(), joined.aside, joined.inBox]).toEqual([true, 'the draft goes on', '']);
  });

  test('is not joined by held keys that are more than text', () => {
    const draft = createComposer();
    type(draft, ['the draft'], false);
    draft.putAside();
    type(draft, [' is sent', '\r'], true);
    expect([draft.joinKept(), draft.aside]).toEqual([false, 'the draft']);
  });

  test('that was sent is remembered by its words even if these are not exact, but not sent again', () => {
    const draft = type(createComposer(), ['\x1b[A', 'do it', '\r'], false);
    expect([draft.lastText, draft.sent]).toEqual(['do it', null]);
  });

  test('of blanks is not sent by Enter', () => {
    const draft = typed('  ', '\r', 'text');
    expect([draft.queue, draft.inBox]).toEqual([[], '  text']);
  });

  test('ends a paste whose end went into a question', () => {
    const { composer: draft, shows } = composing();
    const tokenizer = createTokenizer();
    const pasted = (piece: string) => draft.typed(tokenizer.read(Buffer.from(piece), 0), false, 0);
    pasted('\x1b[200~one\rtw');
    shows('dialog');
    expect(draft.isPasting).toBe(true);
    pasted('o\x1b[201~');
    expect(draft.isPasting).toBe(false);
  });

  test('is what has come back into the box, and that is sent and queued no longer', () => {
    const { composer: draft, shows } = composing();
    type(draft, ['first', '\r'], false);
    shows('busy');
    type(draft, ['second', '\r', 'third', '\r'], false);
    draft.correct('second\nthird');
    expect([draft.queue, draft.inBox, draft.sent?.text]).toEqual([[], 'second\nthird', 'first']);
    draft.correct('first');
    expect([draft.inBox, draft.sent]).toEqual(['first', null]);
  });

  test('is sent with the rest of the queue as one text, even if Enter was pressed just now', () => {
    const { composer: draft, tell } = composing();
    tell({ type: 'turn.started' });
    type(draft, ['one', '\r', 'two', '\r'], false);
    tell({ type: 'turn.ended' });
    draft.taken({ text: 'one\ntwo', id: null, atMs: 0 });
    expect([draft.queue, draft.unsent]).toEqual([[], '']);
  });

  test('keeps the agent’s part when the remaining keys are put aside', () => {
    const draft = createComposer();
    type(draft, ['the draft'], false);
    type(draft, ['\x7f\x7fgon', '\r', 'and more'], true);
    draft.putKeptAside([], []);
    expect([draft.inBox, draft.aside, draft.queue]).toEqual(['the draft', 'gon\n\nand more', []]);
    type(draft, ['!'], false);
    draft.putKeptAside([], []);
    expect([draft.inBox, draft.aside]).toEqual(['the draft!', 'gon\n\nand more']);
  });

  test('keeps the agent’s part also if that has grown by some of the keys that were held', () => {
    const draft = createComposer();
    type(draft, ['the draft'], false);
    const held = ['!!', '\x7f', '\r', 'sec', 'ond', '\r', 'third'];
    type(draft, held, true);
    draft.putKeptAside(tokensOf(...held.slice(0, 4)), tokensOf(...held.slice(4)));
    expect([draft.inBox, draft.aside, draft.lastText]).toEqual([
      'the draft!\nsec',
      'ond\n\nthird',
      'the draft!',
    ]);
  });

  test('is rescued with the queue when the agent ends, and kept until it has been given back', () => {
    const { composer: draft, shows } = composing();
    type(draft, ['first\r', 'the draft'], true);
    draft.rescue();
    shows('idle');
    expect(draft.aside).toBe('first\n\nthe draft');
    draft.rescue();
    expect(draft.unsent).toBe('first\n\nthe draft');
    draft.restored();
    expect(draft.inBox).toBe('first\n\nthe draft');
  });

  test('is what the screen shows where the keys are not exact', () => {
    const draft = typed('\x1b[A');
    expect(draft.isExact).toBe(false);
    draft.correct('from the history');
    type(draft, ['!'], true);
    expect([draft.inBox, draft.isExact]).toEqual(['from the history!', true]);
  });

  test('that is sent behind a paste, in one burst with more keys', () => {
    expect(typed('\x1b[200~one\rtwo\x1b[201~\rthree').unsent).toBe('one\ntwo\n\nthree');
  });

  test('counts keys, but not the terminal’s reports', () => {
    expect(typed('a', '\x1b[A', '\x1b[<35;1;2M', '\x1b[I').keys).toBe(2);
  });

  test('is the same however its bytes are split', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '\r',
        '\x7f',
        '\x15',
        '\x17',
        '\n',
        '\x1b\r',
        '\\\r',
        '\x1b[<35;1;2M',
        '\x1b[200~a\rb\x1b[201~',
      ),
      fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => !/[\x00-\x1f\x7f\\]/.test(text)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        (pieces, cuts) => {
          const bytes = Buffer.from(pieces.join(''));
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
          const cut = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
          expect(type(createComposer(), cut, true).unsent).toBe(type(createComposer(), [bytes], true).unsent);
        },
      ),
    );
  });

  test('that began a turn is not queued', () => {
    const { composer: draft, shows } = composing();
    type(draft, ['do it\r'], false);
    shows('busy');
    expect(draft.unsent).toBe('');
  });

  test('keeps a character that is split between chunks', () => {
    const [first, second] = [Buffer.from('\u00fc').subarray(0, 1), Buffer.from('\u00fc').subarray(1)];
    expect(type(createComposer(), [first, second], false).unsent).toBe('\u00fc');
  });

  test('longer than can be kept is neither kept partly nor interpreted', () => {
    const { composer: draft, shows } = composing();
    const begin = `\x1b[200~${'line\r'.repeat(150_000)}`;
    type(draft, [begin, 'line\r'.repeat(150_000), 'last line\r\x1b[201~'], false);
    expect([draft.unsent, draft.isExact, draft.isLost]).toEqual(['', false, true]);
    type(draft, ['more'], false);
    type(draft, ['\r'], false);
    shows('busy');
    expect([draft.unsent, draft.sent, draft.queue]).toEqual(['', null, []]);
    type(draft, ['x'], false);
    expect([draft.unsent, draft.isExact, draft.isLost]).toEqual(['x', true, false]);
  });

  test('is still in the box if the agent has only just taken what waited', () => {
    const { composer, type, shows, tell } = composing();
    type('a long text');
    tell({ type: 'input.blocked', pendingBytes: 11 });
    shows('idle');
    tell({ type: 'input.drained' });
    tell({ type: 'screen', facts: { activity: 'idle', draft: false } });
    expect(composer.inBox).toBe('a long text');
    shows('idle');
    expect(composer.inBox).toBe('');
  });

  test('of 100 KiB in one paste is kept completely', () => {
    const text = 'a line of it\n'.repeat(8_000);
    expect(typed(`\x1b[200~${text.replaceAll('\n', '\r')}\x1b[201~`).unsent).toBe(text);
  });

  /** The processor time of a few keys behind so long a word; the least of several tries, because others use it, too. */
  function costOf(key: string, length: number): number {
    const costs = [1, 2, 3].map(() => {
      const draft = createComposer();
      type(draft, [`\x1b[200~${'x'.repeat(length)}\x1b[201~ word`], false);
      const before = process.cpuUsage();
      for (let round = 0; round < 20; round++) type(draft, [key, 'y'], false);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    });
    return Math.min(...costs);
  }

  test.each(['\x17', '\x15', '\x7f'])(
    'without blanks: the time that %j takes grows with the text, not with its square',
    (key) => {
      costOf(key, 1_024); // not yet compiled
      expect(costOf(key, 8_192) / costOf(key, 1_024)).toBeLessThan(24);
    },
  );

  /** A paste over a line that stalls in it. */
  function stalled() {
    const tokenizer = createTokenizer();
    const { composer: draft, shows, tell } = composing();
    const feed = (text: string) => draft.typed(tokenizer.read(Buffer.from(text), 0), false, 0);
    feed('see: \x1b[200~one\rtw');
    draft.typed(tokenizer.expire(pasteMs), false, 0);
    return { draft, feed, shows, tell };
  }

  test('whose paste is held up also gets the rest, and its words are not trusted', () => {
    const { draft, feed, shows } = stalled();
    expect([draft.inBox, draft.isExact, draft.isPasting]).toEqual(['see: one\ntw', false, true]);
    shows('idle'); // the agent, too, waits for the rest before it draws anything
    feed('o\rthree\rfo');
    feed('ur\x1b[201~');
    expect([draft.inBox, draft.isExact]).toEqual(['see: one\ntwo\nthree\nfour', false]);
    expect([draft.isPasting, draft.queue, draft.sent]).toEqual([false, [], null]);
  });

  test.each(['\r', 'x', '\x15', '\x03'])('whose paste never ends goes on with a key: %j', (key) => {
    const { draft, feed } = stalled();
    feed(key);
    expect([draft.isPasting, draft.isExact]).toEqual([false, false]);
  });

  test('whose paste was held up is not exact if its end comes after a key', () => {
    const { draft, feed, shows } = stalled();
    feed('\r');
    shows('idle');
    feed('four\x1b[201~');
    expect([draft.inBox, draft.isExact, draft.isPasting]).toEqual(['four', false, false]);
  });

  test('whose paste was held up is given back to the next agent, which waits for no end', () => {
    const { draft } = stalled();
    draft.rescue();
    expect([draft.aside, draft.isPasting]).toEqual(['see: one\ntw', false]);
  });

  test('put aside in the middle of a paste also gets the rest of the paste', () => {
    const tokenizer = createTokenizer();
    const { composer: draft, shows } = composing();
    const feed = (text: string) => draft.typed(tokenizer.read(Buffer.from(text), 0), false, 0);
    feed('see: \x1b[200~one\rtw');
    shows('busy'); // of an agent that has drawn none of it
    draft.rescue();
    feed('o\rthree\x1b[201~');
    expect([draft.aside, draft.inBox, draft.isPasting]).toEqual(['see: one\ntwo\nthree', '', false]);
  });

  test('that arrives in one burst with Enter may not have been sent', () => {
    const { composer: draft, shows } = composing();
    type(draft, ['one\rtwo\r'], false);
    expect([draft.sent, draft.unsent]).toEqual([null, 'one\n\ntwo']);
    shows('idle');
    type(draft, ['three'], false);
    type(draft, ['\r'], false);
    shows('busy');
    expect(draft.sent?.text).toBe('three');
  });

  test.each([
    ['\x1b[117;5u', 'delete-row', 'ab'],
    ['\x1b[119;5u', 'delete-word', 'ab'],
    ['\x1b[13;2u', 'newline', 'ab\nab'],
    ['\x1b[27;2;13~', 'newline', 'ab\nab'],
  ])('takes %j for what it is: %s', (key, _name, text) => {
    const draft = typed('ab', key, 'ab');
    expect([draft.unsent, draft.isExact]).toEqual([text, true]);
  });

  test('never contains a control character except line breaks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 10 }), (chunks) => {
        expect(type(createComposer(), chunks, false).unsent).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
      }),
    );
  });
});
