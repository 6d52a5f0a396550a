/**
 * Reads the rendered screen of Codex. From the top: the conversation, a status line while a turn runs, the input box, a
 * footer. While text streams in there is no status line, and only the window title shows the turn. A dialog takes the
 * place of box and footer; its last row names the keys.
 */
import type { ScreenFacts } from '../../events.ts';
import { fingerprintOf, secondsOf } from '../common/screen-text.ts';
import type { InputBox, ScreenView } from '../contract/screen.ts';
import { failureOfText } from './failures.ts';
import * as patterns from './patterns.ts';

interface Layout {
  /** Row of the box's first line; -1: no box. */
  readonly box: number;
  /** Last row with anything on it. */
  readonly last: number;
}

function layOut(rows: readonly string[]): Layout {
  const last = rows.findLastIndex((row) => row.trim() !== '');
  return { box: rows.findLastIndex((row) => patterns.promptSign.test(row)), last };
}

/** The rows above `end` that follow the last blank one. */
function blockAbove(rows: readonly string[], end: number): readonly string[] {
  const last = rows.findLastIndex((row, at) => at < end && row.trim() !== '');
  const before = rows.findLastIndex((row, at) => at < last && row.trim() === '');
  return last < 0 ? [] : rows.slice(before + 1, last + 1);
}

function readDialog(view: ScreenView, { last }: Layout): ScreenFacts['dialog'] {
  const asks = patterns.dialogHint.test(view.rows[last] ?? '') || patterns.askingTitle.test(view.title);
  if (!asks) return undefined;
  const text = view.rows.join('\n');
  return patterns.dialogRows.find(({ words }) => words.test(text))?.says ?? 'other';
}

/** The text in the box. Its rows are indented by two and may be blank; the footer follows the last blank row. */
function textIn(view: ScreenView, { box, last }: Layout): string {
  const end = view.rows.findLastIndex((row, at) => at > box && at < last && row.trim() === '');
  return view.rows
    .slice(box, Math.max(box + 1, end))
    .map((row, at) => view.plainRow?.(box + at) ?? row)
    .map((row, at) => (at === 0 ? row.slice(1) : row).trim())
    .join('\n')
    .trim();
}

export function readInputBox(view: ScreenView): InputBox | null {
  const layout = layOut(view.rows);
  if (layout.box < 0) return null;
  const isPrompt = !view.rows[layout.box]?.startsWith('!');
  return { text: `${isPrompt ? '' : '!'}${textIn(view, layout)}`, isPrompt, vimInsert: false };
}

/** The running turn as the status line shows it. */
function readRunning(rows: readonly string[], box: number): ScreenFacts | null {
  const at = rows.findLastIndex((row, index) => index < box && !patterns.belowStatus.test(row));
  const [, doing, elapsed = '', rest = ''] = patterns.statusLine.exec(rows[at] ?? '') ?? [];
  if (doing === undefined) return null;
  const [, attempt, of] = patterns.reconnecting.exec(doing) ?? [];
  const elapsedS = secondsOf(elapsed);
  return {
    activity: patterns.statusRows.find(({ words }) => words.test(doing + rest))?.says ?? 'busy',
    ...(elapsedS === undefined ? {} : { elapsedS }),
    ...(attempt === undefined ? {} : { retry: { attempt: Number(attempt), of: Number(of) } }),
  };
}

export function readScreen(view: ScreenView): ScreenFacts {
  const layout = layOut(view.rows);
  const dialog = readDialog(view, layout);
  if (dialog) return { activity: 'dialog', dialog };
  const { box } = layout;
  const draft = box >= 0 && textIn(view, layout) !== '' ? { draft: true } : {};
  const running = box < 0 ? null : readRunning(view.rows, box);
  if (running) return { ...running, ...draft };
  if (patterns.busyTitle.test(view.title)) return { activity: 'busy', ...draft };
  if (box < 0 || view.stale) return { activity: 'unknown' };
  const block = blockAbove(view.rows, box);
  if (!patterns.failureSign.test(block[0] ?? '')) return { activity: 'idle', ...draft };
  const text = block.map((row) => row.trim()).join(' ');
  return {
    activity: 'idle',
    failure: { kind: failureOfText(text), fingerprint: fingerprintOf(text) },
    ...draft,
  };
}

/** The unfinished answer: the last block above the status line or the box, if it is text of the model. */
export function partialText(view: ScreenView): string | null {
  const { box } = layOut(view.rows);
  const rows = view.rows.slice(0, box < 0 ? view.rows.length : box);
  const status = rows.findLastIndex((row) => patterns.statusLine.test(row));
  const block = blockAbove(rows, status < 0 ? rows.length : status);
  if (!block[0]?.startsWith('• ') || patterns.toolBlock.test(block[0])) return null;
  return block.map((row) => row.slice(2).trim()).join(' ');
}
