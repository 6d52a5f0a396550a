/** What a terminal can show, according to its environment. Notices and listings adapt to it. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface TerminalStyle {
  readonly columns: number;
  /** The locale says UTF-8. */
  readonly unicode: boolean;
  readonly colour: boolean;
  /** The cursor can be moved, so a line can be replaced. */
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

/** Plain forms of the typographic characters in our own texts, for a terminal that may not know them. */
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

/** Removes what could move the cursor or hide text, from words that come from files, hosts or other programs. */
export const inert = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');

export const oneLine = (text: string): string => inert(text).trim();
