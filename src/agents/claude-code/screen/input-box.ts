/** The input box as the screen shows it: what a person has typed, and into which of its modes. */
import type { InputBox, ScreenView } from '../../agent.ts';
import { type Layout, layOut } from './layout.ts';
import * as patterns from './patterns.ts';

type Box = NonNullable<Layout['box']>;

/** What is in the box without the sign before it; empty for an empty box, whose placeholder is drawn faint. */
export function textIn(view: ScreenView, box: Box): string {
  const rows = view.rows.slice(box.top + 1, box.bottom);
  const text = rows
    .map((row, at) => (at === 0 ? row.replace(sign, '') : row.replace(/^│/, '')).replace(/│\s*$/, '').trim())
    .join('\n')
    .trim();
  if (text === '' || patterns.placeholder.test(text)) return '';
  // The cursor's cell is drawn inverse instead, so the second character tells.
  const first = view.rows[box.top + 1] ?? '';
  const column = first.indexOf(text[0] ?? '', first.search(/[❯>!#&]/) + 1) + 1;
  return view.isFaint?.(box.top + 1, column) === true ? '' : text;
}

/** Before the text, in a frame of its own in 1.0.x. */
const sign = /^(?:│\s)?([❯>!#&])?/;

/** Null where no box is to be seen. */
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
