/** Streams of bytes: what the person's terminal sends, what the agent draws, what the screen shows then. */
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { codex } from '../../../src/agents/codex/index.ts';
import { createComposer } from '../../../src/person/composer.ts';
import { programStatusSensor } from '../../../src/sensors/program-status.ts';
import { createModes } from '../../../src/terminal/modes.ts';
import { createScreen } from '../../../src/terminal/screen.ts';
import { createSequenceReader } from '../../../src/terminal/vt/sequences.ts';
import { createTokenizer, restMs, type Token } from '../../../src/terminal/vt/tokens.ts';
import { fixtures, holds, inChunks, reader, type Target } from '../target.ts';

const sequences = [
  ...[
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
    '\x18',
  ],
  ...[
    '\x1b[?1049h',
    '\x1b[?2004h',
    '\x1b[2J',
    '\x1b[H',
    '\x1b[99999;99999H',
    '\x1b[>1u',
    '\x1b[<9999u',
    '\x9b',
  ],
  ...[
    '\x1b]7501;state=working:kind=x\x1b\\',
    '\x1b]7501;?\x1b\\',
    '\x1b]0;title\x07',
    '\x1b[?2026h',
    '\x1b[27;5;99~',
  ],
  ...[
    '\x1b[99;5u',
    '\x1b[13;2u',
    '\x03',
    '\r',
    '\x1b\r',
    '\x1b[1;1R',
    '\xe2\x9d\xaf',
    '\xe6\x97',
    '\xf0\x9f\x91',
  ],
];

/** The output in a recording: the third field of each event. */
function drawn(cast: Buffer): Buffer {
  const pieces = cast
    .toString('utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      try {
        const [, kind, text] = JSON.parse(line) as [number, string, string];
        return kind === 'o' ? [Buffer.from(text)] : [];
      } catch {
        return [];
      }
    });
  return Buffer.concat(pieces).subarray(0, 30_000);
}

const recordings = () => fixtures('casts', /\.cast$/).map(drawn);

/** In one line; runs of text and of a paste may be cut anywhere. */
function joined(tokens: readonly Token[]): string {
  let line = '';
  let run = '';
  for (const token of tokens) {
    const next = token.type === 'text' || token.type === 'paste' ? token.type : '';
    if (next === '' || next !== run) line += ` ${next === '' ? JSON.stringify(token) : next} `;
    if ('bytes' in token) line += Buffer.from(token.bytes).toString('latin1');
    run = next;
  }
  return line;
}

function typed(chunks: readonly Buffer[], length: number): readonly Token[] {
  const tokenizer = createTokenizer();
  const tokens = [...chunks.flatMap((chunk) => tokenizer.read(chunk, 0)), ...tokenizer.expire(restMs)];
  const sum = tokens.reduce((total, token) => total + token.length, 0);
  holds(sum + tokenizer.heldBytes === length, 'tokens tell of each byte once');
  return tokens;
}

export const keys: Target = {
  what: 'what the person’s terminal sends',
  seeds: () => [Buffer.from('hello \x1b[A\x1b[200~pasted\ntext\x1b[201~\r'), ...recordings().slice(0, 4)],
  words: sequences,
  open: async () =>
    reader((input) => {
      const whole = typed([input], input.length);
      const chunks = inChunks(input);
      const cut = typed(chunks, input.length);
      holds(joined(whole) === joined(cut), 'tokens are the same however the bytes are cut');
      const composer = createComposer();
      composer.typed(whole, false, 0);
      composer.rescue();
      holds(composer.unsent.length <= input.length * 2 + 4, 'a draft is not longer than what was typed');
    }),
};

export const output: Target = {
  what: 'what the agent draws, as it passes',
  seeds: recordings,
  words: sequences,
  open: async () =>
    reader((input) => {
      const [whole, cut] = [[input], inChunks(input)].map(drawnBy);
      holds(whole === cut, 'sequences and modes are the same however the bytes are cut');
    }),
};

function drawnBy(chunks: readonly Buffer[]): string {
  const modes = createModes();
  const sequences = createSequenceReader();
  const status = programStatusSensor(() => {});
  status.start(() => {});
  const told = chunks.flatMap((chunk) => sequences.read(chunk));
  for (const sequence of told) {
    modes.follow(sequence);
    status.listen(sequence);
    status.receive(sequence);
  }
  return JSON.stringify([told, sequences.isOpen, modes.undo(), modes.redo()]);
}

export const screen: Target = {
  what: 'what the screen shows',
  seeds: recordings,
  words: sequences,
  open: async () =>
    reader(async (input) => {
      const picture = createScreen({ columns: 100, rows: 30 });
      for (const chunk of inChunks(input)) picture.feed(chunk);
      await picture.settled();
      const view = picture.view();
      holds(view.rows.length === 30, 'the picture keeps its size');
      for (const adapter of [claudeCode, codex]) {
        adapter.readScreen(view, null);
        adapter.readInputBox(view);
        adapter.partialText(view);
        adapter.readRefusedResume(view);
        adapter.menu?.read(view);
      }
    }),
};
