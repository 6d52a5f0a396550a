/**
 * Menus with numbered rows and a cursor: their rows, the place of the cursor, and the row that a policy means. A row is
 * always found by its words, never by its number: the order has changed before, and some rows cost money.
 */
import type { MenuAnswer, MenuRow, ScreenView } from '../../contract/screen.ts';

const rowPattern = /^[\s│]*(❯)?\s*\d+\.\s+(.*?)[\s│]*$/;

/** The words of each answer, as the agent's menus show them. */
const words: { readonly [Answer in MenuAnswer]: RegExp } = {
  full: /resume full session/i,
  summary: /resume from summary/i,
  'wait-for-limit': /stop and wait for limit to reset/i,
};

/** Rows of the menu at the bottom of the screen, from the top; empty if there is none. */
export function readMenu(view: ScreenView): readonly MenuRow[] {
  return view.rows.flatMap((row) => {
    const [found, cursor, text] = rowPattern.exec(row) ?? [];
    return found === undefined || text === undefined ? [] : [{ text, chosen: cursor !== undefined }];
  });
}

export function isAnswer(row: MenuRow, answer: MenuAnswer): boolean {
  return words[answer].test(row.text);
}
