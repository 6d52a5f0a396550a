/** The guard's hands on the agent's input box: each step is seen on the screen before the next one is taken. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InputBox } from '../../agents/contract/screen.ts';
import type { Pty } from '../../terminal/pty.ts';
import { showsBeginning, showsText } from '../same-text.ts';
import { type Desk, screenShows } from './desk.ts';

export const boxOf = (desk: Desk): InputBox | null => desk.launch.adapter.readInputBox(desk.view());

/** Keys in one burst would be taken for a paste (signatures §0). */
const betweenKeysMs = 25;
/** What was typed for the agent is drawn by then. */
const settleMs = 200;
/** One round takes a row of the text. */
const maxRounds = 200;

/** By then the mode is drawn. */
const modeMs = 1_500;

/** Into vim's INSERT mode from NORMAL mode, where text would be commands. */
export async function enterInsertMode(desk: Desk, pty: Pty): Promise<void> {
  if (!desk.vim || boxOf(desk)?.vimInsert !== false) return;
  for (const key of desk.launch.adapter.keys.vimInsert) {
    if (desk.pty !== pty) return;
    pty.write(Buffer.from(key));
    await pause(betweenKeysMs);
  }
  await screenShows(desk, () => boxOf(desk)?.vimInsert === true, modeMs);
}

const isEmpty = (box: InputBox | null) => box !== null && box.text === '' && box.isPrompt;

/** Empties the box of text and modes. False: it would not; part of its text may be gone. */
export async function emptyBox(desk: Desk, pty: Pty): Promise<boolean> {
  for (let round = 0; round < maxRounds && desk.pty === pty; round++) {
    if (isEmpty(boxOf(desk))) {
      // Seen empty before the keys of the last round were drawn, or after: empty twice is empty.
      await pause(settleMs);
      if (isEmpty(boxOf(desk))) return true;
    }
    for (const key of desk.launch.adapter.keys.clearInput) {
      if (desk.pty !== pty) return false;
      pty.write(Buffer.from(key));
      await pause(betweenKeysMs);
    }
  }
  return false;
}

/** Whether the box is seen to hold this text and nothing else, as a prompt. */
export function boxHolds(desk: Desk, text: string): boolean {
  const box = boxOf(desk);
  return box?.isPrompt === true && showsText(box.text, text, desk.launch.adapter.pasteStandIn);
}

const isWhole = (shown: string, { launch }: Desk) => shown.split(launch.adapter.pasteStandIn).length === 1;

/**
 * Whether the wording of what the box holds is known, so that it can be given back. Where keys and screen agree, it is
 * that of the keys; where the keys do not tell, that of the screen, if it is all in one row: what a row's end in a text
 * of several means, a line break or nothing, is not to be seen.
 */
export function knowsDraft(desk: Desk): boolean {
  const { draft, launch } = desk;
  const box = boxOf(desk);
  if (box === null || draft.pasting) return false;
  const agree = !draft.lost && showsText(box.text, draft.inBox(), launch.adapter.pasteStandIn);
  if (draft.exact) return agree;
  if (!isWhole(box.text, desk)) return false;
  if (agree) return true;
  if (box.text.includes('\n')) return false;
  draft.correct(box.text);
  return true;
}

/**
 * Before the agent is ended: what its box shows counts where the keys alone do not tell (history, completion), and only
 * there: an agent also draws what nobody has typed. What an agent that hangs has not drawn is only in the keys.
 */
export function trustScreen(desk: Desk): void {
  const { draft } = desk;
  const shown = boxOf(desk)?.text ?? '';
  if (draft.exact || draft.lost || draft.pasting || shown === '' || !isWhole(shown, desk)) return;
  if (!showsBeginning(shown, draft.inBox())) draft.correct(shown);
}
