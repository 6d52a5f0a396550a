/**
 * Finds the parts of the agent's screen. From the top: the conversation, the status line (spinner, retry, limit) with
 * tips and to-dos below it, the input box between two rules, the footer. A dialog takes the box's place.
 *
 * Words are searched for only in these places. The same words in the conversation (the agent's users work on code full
 * of them) mean nothing.
 */
import { duration } from '../../common/screen-text.ts';

export interface Layout {
  /** Rows of the two rules; null: there is no input box. */
  readonly box: { readonly top: number; readonly bottom: number } | null;
  /** The status line without its glyph; null if there is none. */
  readonly status: string | null;
  /** The last block of the conversation above the status line or the box. */
  readonly lastBlock: readonly string[];
  /** The last blocks, newest first. */
  readonly lastBlocks: readonly (readonly string[])[];
  /** Rows below the box; without a box, the last rows of the screen. */
  readonly bottom: readonly string[];
}

const rule = /^[╭╰]?─{8,}/;
/** The prompt sign of the box; `!` and `#` in its shell and memory modes. 1.0.x frames or indents it. */
const prompt = /^(?:│?\s)?[❯>!#&](?:\s|$)/;
/** The spinner's glyphs are in the first column, where the conversation never has them. */
const statusGlyph = /^[·✢✳✶✻✽✺*] (?=\S)/;
/** What may be between the status line and the box: blanks, tips, to-dos, queued messages, right-hand notes. */
const belowStatus = /^(?:\s|$)/;
/** "✻ Worked for 15s · done 3:35 AM": the mark below a finished turn. */
const doneLine = new RegExp(String.raw`^[·✢✳✶✻✽✺*] \S+ for ${duration}( ·[^…]*)?$`);

/** Max rows below a box: a footer, or a completion list. */
const maxBelowBox = 30;
const maxBelowStatus = 24;
const dialogRows = 30;
/** Max blocks that are read: enough for the calls of one answer. */
const maxBlocks = 8;

function findBox(rows: readonly string[]): Layout['box'] {
  const last = rows.findLastIndex((row) => row.trim() !== '');
  for (let bottom = last; bottom > 0 && bottom >= last - maxBelowBox; bottom--) {
    if (!rule.test(rows[bottom] ?? '')) continue;
    const top = rows.findLastIndex((row, at) => at < bottom && rule.test(row));
    return top >= 0 && prompt.test(rows[top + 1] ?? '') ? { top, bottom } : null;
  }
  return null;
}

/** The row of the status line above `end`, or -1. */
function findStatus(rows: readonly string[], end: number): number {
  for (let at = end - 1; at >= Math.max(0, end - maxBelowStatus); at--) {
    const row = rows[at] ?? '';
    if (statusGlyph.test(row)) return at;
    if (!belowStatus.test(row)) return -1;
  }
  return -1;
}

/** The blocks above `end`, separated by blank rows, newest first. */
function blocksAbove(rows: readonly string[], end: number): readonly (readonly string[])[] {
  const isBlank = (row: string) => row.trim() === '' || /^\s{40,}\S/.test(row); // a note at the right edge
  const blocks: (readonly string[])[] = [];
  for (let below = end; blocks.length < maxBlocks; ) {
    const last = rows.findLastIndex((row, at) => at < below && !isBlank(row));
    if (last < 0) break;
    below = rows.findLastIndex((row, at) => at < last && isBlank(row)) + 1;
    blocks.push(rows.slice(below, last + 1));
  }
  return blocks;
}

/** @param rows the screen's rows without trailing blanks */
export function layOut(rows: readonly string[]): Layout {
  const box = findBox(rows);
  const end = box?.top ?? rows.findLastIndex((row) => row.trim() !== '') + 1;
  const statusRow = findStatus(rows, end);
  const found = rows[statusRow] ?? '';
  const isDone = doneLine.test(found);
  const lastBlocks = blocksAbove(rows, statusRow >= 0 ? statusRow : end);
  return {
    box,
    status: statusRow >= 0 && !isDone ? found.replace(statusGlyph, '') : null,
    lastBlock: lastBlocks[0] ?? [],
    lastBlocks,
    bottom: box ? rows.slice(box.bottom + 1) : rows.slice(Math.max(0, end - dialogRows), end),
  };
}
