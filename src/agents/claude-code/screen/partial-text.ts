/** The unfinished answer as the screen shows it: the last block of the conversation, if it is the agent's own text. */
import type { ScreenView } from '../../contract/screen.ts';
import { layOut } from './layout.ts';
import { failureStart, firstOf, toolRows } from './patterns.ts';

/** Null if the last block is not the agent's own text. Lines that the screen has wrapped are joined by a blank. */
export function partialText(view: ScreenView): string | null {
  const { lastBlock } = layOut(view.rows);
  const [first = ''] = lastBlock;
  if (!first.startsWith('● ') || lastBlock.some((row) => firstOf(toolRows, row, null) !== null)) return null;
  if (/^● \w+\(/.test(first)) return null; // a tool call
  if (failureStart.test(first)) return null; // an error of the agent's own
  const text = lastBlock
    .map((row, index) => (index === 0 ? row.slice(2) : row).trim())
    .join(' ')
    .trim();
  return text === '' ? null : text;
}
