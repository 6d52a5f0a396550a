import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showsBeginning, showsText } from '../../src/person/same-text.ts';

const standIn = /\[Pasted text #\d+(?: \+\d+ lines)?\]/;
const shows = (shown: string, text: string) => showsText(shown, text, standIn);

describe('a box shows a text', () => {
  test.each([
    ['as it is', 'fix the bug', 'fix the bug'],
    ['wrapped, with or without a blank lost', 'fix the\nbug in the pars\ner', 'fix the bug in the parser'],
    ['as a stand-in', '[Pasted text #1 +13 lines]', 'one\ntwo\nthree'],
    ['with a stand-in inside', 'look: [Pasted text #2]ok?', 'look: a long text, ok?'],
    ['with a partly drawn emoji', 'a 👩‍👩‍ b', 'a 👩‍👩‍👧 b'],
    ['with regular expression characters', 'a.*(b) [c]\\', 'a.*(b) [c]\\'],
  ])('%s', (_name, shown, text) => expect(shows(shown, text)).toBe(true));

  test.each([
    ['another', 'my old draft', 'You were interrupted.'],
    ['with something before it', 'my old draft You were interrupted.', 'You were interrupted.'],
    ['with something after it', 'You were interrupted. draft', 'You were interrupted.'],
    ['after a stand-in', 'draft [Pasted text #1 +13 lines]', 'You were interrupted.\n\nAt noon'],
    ['before a stand-in', '[Pasted text #1 +13 lines] draft', 'You were interrupted.\n\nAt noon'],
    ['partly', 'You were', 'You were interrupted.'],
    ['not at all', '', 'You were interrupted.'],
  ])('but not %s', (_name, shown, text) => expect(shows(shown, text)).toBe(false));

  test('however it is wrapped, and no text with one more letter', () => {
    const words = fc.array(fc.stringMatching(/^[\p{L}\p{N}.*[\](){}|+?^$\\]{1,8}$/u), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 2, max: 30 }), (parts, width) => {
        const text = parts.join(' ');
        const wrapped = text.replace(new RegExp(`(.{${width}})`, 'gu'), '$1\n');
        expect(shows(wrapped, text)).toBe(true);
        expect(shows(`${wrapped}x`, text)).toBe(false);
        expect(showsBeginning(wrapped.slice(0, width), text, standIn)).toBe(true);
      }),
    );
  });
});
