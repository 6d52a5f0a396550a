import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createModes } from '../../src/terminal/modes.ts';
import { createSequenceReader } from '../../src/terminal/vt/sequences.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** The modes of one agent, and a way to let it write. */
function modesOf(onTitle?: (title: string | null) => void) {
  const modes = createModes(onTitle);
  const reader = createSequenceReader();
  return {
    modes,
    write(output: Uint8Array | string) {
      const chunk = typeof output === 'string' ? bytes(output) : output;
      for (const sequence of reader.read(chunk)) modes.follow(sequence);
    },
  };
}
const modesAfter = (output: string) => {
  const { modes, write } = modesOf();
  write(output);
  return modes;
};

/** What the real versions send when they start, on a terminal that knows the kitty protocol (measured). */
const starts = {
  '2.1.329':
    '\x1b[?2004h\x1b[?2031h\x1b[?1004h\x1b[?1049h\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?25l\x1b[<u\x1b[>5u\x1b[>4;2m',
  '2.1.197': '\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[?2031h\x1b[<u\x1b[>1u\x1b[>4;2m',
  '2.1.42': '\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b[?2026h',
};

describe('undo', () => {
  test('nothing was on, nothing is undone', () => {
    expect(createModes().undo()).toBe('');
    expect(modesAfter('plain \x1b[1mbold\x1b[0m text\x1b[2J\x1b[5;5H').undo()).toBe('');
  });

  test.each([
    [
      '2.1.329',
      '\x1b[m\x1b[<1u\x1b[?1049l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?25h\x1b[>4m',
    ],
    ['2.1.197', '\x1b[m\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?25h\x1b[>4m\x1b[<1u'],
    ['2.1.42', '\x1b[m\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[?25h'],
  ] as const)('what %s leaves on when it is killed', (version, undo) => {
    expect(modesAfter(starts[version]).undo()).toBe(undo);
  });

  test.each([
    ['scroll region', '\x1b[3;10r', '\x1b[m\x1b7\x1b[r\x1b8'],
    ['cursor style', '\x1b[5 q', '\x1b[m\x1b[0 q'],
    ['line drawing', '\x1b(0', '\x1b[m\x1b(B'],
    ['autowrap off', '\x1b[?7l', '\x1b[m\x1b[?7h'],
    ['application keys', '\x1b[?1h\x1b=', '\x1b[m\x1b[?1l\x1b>'],
    ['an open link', '\x1b]8;;http://x\x1b\\', '\x1b[m\x1b]8;;\x1b\\'],
    ['progress', '\x1b]9;4;3;\x07', '\x1b[m\x1b]9;4;0\x07'],
    ['program status', '\x1b]7501;state=working\x1b\\', '\x1b[m\x1b]7501;state=clear\x1b\\'],
    ['title', '\x1b]0;◐ Claude Code\x07', '\x1b[m\x1b]0;\x07'],
    ['several modes in one sequence', '\x1b[?1000;1006h', '\x1b[m\x1b[?1006l\x1b[?1000l'],
    ['keyboard flags without a push', '\x1b[=1u', '\x1b[m\x1b[=0u'],
    [
      'keyboard stacks of both screens',
      '\x1b[>1u\x1b[?1049h\x1b[>1u\x1b[>5u',
      '\x1b[m\x1b[<2u\x1b[?1049l\x1b[<1u',
    ],
  ])('%s', (_, output, undo) => {
    expect(modesAfter(output).undo()).toBe(undo);
  });

  test.each([
    ['a clean exit', `${starts['2.1.197']}\x1b[?1004l\x1b[?2004l\x1b[?2031l\x1b[?25h\x1b[>4m\x1b[<u`],
    ['a closed link', '\x1b]8;id=1;http://x\x1b\\text\x1b]8;;\x1b\\'],
    ['a cleared title', '\x1b]0;x\x07\x1b]0;\x07'],
    ['a region reset', '\x1b[3;10r\x1b[r'],
    ['a full reset', '\x1b[?1000h\x1b[?25l\x1b[>5u\x1b[>4;2m\x1b(0\x1bc'],
  ])('%s leaves nothing to undo', (_, output) => {
    expect(modesAfter(output).undo()).toBe('');
  });
});

test('undo, then redo, gives the same modes again', () => {
  const mode = fc.constantFrom(
    ...Object.values(starts),
    '\x1b[?1049l',
    '\x1b[<u',
    '\x1b[?25h',
    '\x1b]0;t\x07',
    '\x1b[2;5r',
    'text',
  );
  fc.assert(
    fc.property(fc.array(mode), (output) => {
      const { modes, write } = modesOf();
      write(output.join('').replaceAll('\x1b[?2026h', ''));
      const undo = modes.undo();
      const redo = modes.redo();
      write(undo);
      expect(modes.undo()).toBe('');
      write(redo);
      expect(modes.undo()).toBe(undo);
    }),
  );
});

test('a stream is read the same however it is split', () => {
  const stream = bytes(
    `${starts['2.1.329']}text ✻\x1b]0;◐ Täsk\x1b\\\x1b[38;5;174mcolour\x1b[m\x1b[3;9r\x1bP+q\x1b[?1l\x1b\\`,
  );
  const whole = modesAfter(new TextDecoder().decode(stream));
  fc.assert(
    fc.property(fc.array(fc.nat(12)), (cuts) => {
      const { modes, write } = modesOf();
      let at = 0;
      for (const length of cuts) {
        write(stream.subarray(at, at + length));
        at += length;
      }
      write(stream.subarray(at));
      expect(modes.undo()).toBe(whole.undo());
      expect(modes.title).toBe('◐ Täsk');
    }),
  );
});

test('titles are reported as they change, and bracketed paste is known', () => {
  const titles: (string | null)[] = [];
  const { modes, write } = modesOf((title) => titles.push(title));
  write('\x1b]0;one\x07\x1b]2;two\x1b\\\x1b]1;icon\x07\x1b]0;\x07');
  expect(titles).toEqual(['one', 'two', null]);
  expect(modes.bracketedPaste).toBe(false);
  write('\x1b[?2004h');
  expect(modes.bracketedPaste).toBe(true);
});
