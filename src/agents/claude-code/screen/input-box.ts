/** The input box as the screen shows it: what the person has typed, and the box's mode. */
import type { InputBox, ScreenView } from '../../contract/screen.ts';
import { type Layout, layOut } from './layout.ts';
import * as patterns from './patterns.ts';

type Box = NonNullable<Layout['box']>;

/** The text in the box, without the sign in front of it and without suggestions, which are faint. */
export function textIn(view: ScreenView, box: Box): string {
  const text = view.rows
    .slice(box.top + 1, box.bottom)
    .map((row, at) => bare(view.plainRow?.(box.top + 1 + at) ?? row, row, at === 0))
    .join('\n')
    .trim();
  return patterns.placeholder.test(text) && !isTyped(view, box) ? '' : text;
}

/**
 * Whether text that reads like a placeholder is the person's. An agent without colours (`NO_COLOR`) draws a placeholder
 * like any text, but leaves the cursor on its first character.
 */
function isTyped({ rows, plainRow, cursor }: ScreenView, { top, bottom }: Box): boolean {
  const around = rows.map((_, row) => row).filter((row) => row === top || row >= bottom);
  const hasColours = plainRow !== undefined && around.some((row) => plainRow(row) !== rows[row]);
  const [before = ''] = /^(?:│?\s)?[❯>]?\s?/.exec(rows[top + 1] ?? '') ?? [];
  return hasColours || (cursor.row === top + 1 && cursor.column > before.length);
}

/** The sign in front of the text, which 1.0.x frames or indents. */
const sign = /^(?:│?\s)?([❯>!#&])?/;

/** A row without frame and sign, which may be drawn faint, too. */
function bare(plain: string, row: string, isFirst: boolean): string {
  const [before = ''] = (isFirst ? sign : /^│?/).exec(row) ?? [];
  return plain.slice(before.length).replace(/│\s*$/, '').trim();
}

/** Null if no box is visible. */
export function readInputBox(view: ScreenView): InputBox | null {
  const { box, bottom } = layOut(view.rows);
  if (box === null) return null;
  const [, mode = ''] = sign.exec(view.rows[box.top + 1] ?? '') ?? [];
  const isPrompt = mode === '❯' || mode === '>';
  return {
    text: `${isPrompt ? '' : mode}${textIn(view, box)}`,
    isPrompt,
    vimInsert: bottom.some((row) => /-- INSERT --/.test(row)),
  };
}
