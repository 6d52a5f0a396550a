/** What a terminal can show, from its environment: the notices and the listings adapt to it. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface TerminalStyle {
  readonly columns: number;
  /** The locale says UTF-8. */
  readonly unicode: boolean;
  readonly colour: boolean;
  /** Can move the cursor: a line can be replaced. */
  readonly control: boolean;
}

/** `stream` is where the text goes; a pipe has neither colour nor control. */
export function terminalStyle(
  env: Environment,
  stream: { readonly isTTY?: boolean; readonly columns?: number },
): TerminalStyle {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((value) => value !== undefined && value !== '');
  const control = stream.isTTY === true && env.TERM !== 'dumb';
  const columns = stream.columns ?? Number(env.COLUMNS);
  return {
    columns: columns > 0 ? columns : 80,
    unicode: /utf-?8/i.test(locale ?? ''),
    colour: control && (env.NO_COLOR === undefined || env.NO_COLOR === ''),
    control,
  };
}

const colours = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' } as const;
export type Colour = keyof typeof colours;

export function paint(text: string, colour: Colour, style: TerminalStyle): string {
  return style.colour ? `\x1b[${colours[colour]}m${text}\x1b[0m` : text;
}

/** Typographic characters of our own texts, for a terminal that may not know them. */
const plain: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '→': '->',
  '✓': 'ok',
  '✗': 'x',
  '●': '*',
  '–': '-',
};

export function withoutUnicode(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => plain[character] ?? '?');
}

/** Removes what could move the cursor or hide text: for words that come from files, hosts or other programs. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
}

/** Columns that a text takes: East Asian and emoji characters take two, marks none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return width;
}

/** Cuts to `columns`, with an ellipsis where something was cut. */
export function shorten(text: string, columns: number, style: Pick<TerminalStyle, 'unicode'>): string {
  if (displayWidth(text) <= columns) return text;
  const ellipsis = style.unicode ? '…' : '..';
  let rest = columns - ellipsis.length;
  if (rest < 0) return '';
  let cut = '';
  for (const character of text) {
    rest -= widthOf(character);
    if (rest < 0) break;
    cut += character;
  }
  return cut + ellipsis;
}

/** Breaks at blanks so that no line is wider than `columns`; a longer word stays whole (a command can be copied). */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

function widthOf(character: string): number {
  if (/[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}
