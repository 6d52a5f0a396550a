/** The guard's hands on the agent's input box. Each step is checked on the screen before the next one. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InputBox } from '../../agents/contract/screen.ts';
import { showsBeginning, showsText, squeezed } from '../same-text.ts';
import { keySettleMs } from '../signs.ts';
import { type Desk, type Keyboard, screenShows } from './desk.ts';

export const boxOf = (desk: Desk): InputBox | null => desk.launch.adapter.readInputBox(desk.view());

/** If keys arrive in one burst, the agent takes them for a paste. */
const betweenKeysMs = 25;
/** By then the agent has drawn what was typed. */
export const redrawMs = 200;
/** One round deletes one row of the text. */
const maxRounds = 200;

/** By then the mode is drawn. */
const modeMs = 1_500;

/**
 * In vim's INSERT mode, the first interrupt key only leaves that mode. Whoever has left it must enter it again, or what
 * the person types next is read as commands.
 * @returns whether it was left
 */
export async function leaveInsertMode(desk: Desk, pty: Keyboard): Promise<boolean> {
  if (desk.pty !== pty || boxOf(desk)?.vimInsert !== true) return false;
  desk.terminal.quiet();
  pty.write(Buffer.from(desk.launch.adapter.keys.interrupt));
  return await screenShows(desk, () => boxOf(desk)?.vimInsert !== true, modeMs);
}

/** Switches from vim's NORMAL mode, where text would be commands, to INSERT mode. */
export async function enterInsertMode(desk: Desk, pty: Keyboard): Promise<void> {
  if (!desk.vim || boxOf(desk)?.vimInsert !== false) return;
  for (const key of desk.launch.adapter.keys.vimInsert) {
    if (desk.pty !== pty) return;
    pty.write(Buffer.from(key));
    await pause(betweenKeysMs);
  }
  await screenShows(desk, () => boxOf(desk)?.vimInsert === true, modeMs);
}

const isEmpty = (box: InputBox | null) => box !== null && box.text === '' && box.isPrompt;

/** Clears the box's text and mode. False: that failed, and part of the text may be gone. */
export async function emptyBox(desk: Desk, pty: Keyboard): Promise<boolean> {
  for (let round = 0; round < maxRounds && desk.pty === pty; round++) {
    if (isEmpty(boxOf(desk))) {
      // The box may look empty before the keys of the last round are drawn, so it must be seen empty twice.
      await pause(redrawMs);
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

/** Whether the box shows this text and nothing else, as a prompt. */
export function boxHolds(desk: Desk, text: string): boolean {
  const box = boxOf(desk);
  return box?.isPrompt === true && showsText(box.text, text, desk.launch.adapter.pasteStandIn);
}

/** No part of it is a stand-in. */
export const isWhole = (shown: string, { launch }: Desk) =>
  shown.split(launch.adapter.pasteStandIn).length === 1;

/**
 * Whether the exact wording of the text in the box is known, so that it can be given back. If keys and screen agree,
 * the keys have it. If the keys are not exact, the screen has it, but only for a single row: at the end of a row, the
 * screen does not show whether there is a line break.
 */
export function knowsDraft(desk: Desk): boolean {
  const { composer, launch } = desk;
  const box = boxOf(desk);
  if (box === null || composer.isPasting) return false;
  settleDoubt(desk);
  const agree = !composer.isLost && showsText(box.text, composer.inBox, launch.adapter.pasteStandIn);
  if (agree && (composer.isExact || isWhole(box.text, desk))) return true;
  if (noticeRestored(desk)) return true;
  if (composer.isExact) return false;
  if (!isWhole(box.text, desk)) return false;
  if (box.text.includes('\n')) return false;
  composer.correct(box.text);
  return true;
}

/**
 * Called before the agent is ended. The screen corrects the draft only where the keys are not exact (history,
 * completion), because an agent also draws text that nobody has typed. Text that a hanging agent has not drawn is known
 * only from the keys.
 */
export function trustScreen(desk: Desk): void {
  const { composer, launch } = desk;
  const shown = boxOf(desk)?.text ?? '';
  // What was put aside has just been given back, and nobody has seen that yet.
  if (composer.aside !== '' && boxHolds(desk, composer.aside) && holdsMoreThanTyped(desk)) {
    composer.restored();
    return;
  }
  settleDoubt(desk);
  if (noticeRestored(desk, true)) return;
  if (composer.isExact || composer.isLost || composer.isPasting || shown === '') return;
  if (showsBeginning(shown, composer.inBox, launch.adapter.pasteStandIn) || !isDrawn(desk)) return;
  if (isWhole(shown, desk)) composer.correct(shown);
}

/** The agent has had the last keys for as long as they take to show. */
const isDrawn = ({ composer }: Desk): boolean =>
  composer.isRead && Date.now() - composer.lastKeyAtMs >= keySettleMs;

/** The same, and it has drawn since: what is not in the box then was not put there. */
const isShown = (desk: Desk): boolean => isDrawn(desk) && desk.composer.isAnswered;

/**
 * To be called when the screen has changed: it shows which of the keys that were pressed at a question have come after
 * it, and whether what Enter was pressed on has left the box. The latest keys may not be drawn yet, so the screen may
 * show only the beginning.
 */
export function settleDoubt(desk: Desk): void {
  const { composer, launch, terminal } = desk;
  const { mayHold } = composer;
  if (mayHold.length === 0 || composer.isLost || composer.isPasting || terminal.keptBytes > 0) return;
  const shown = boxOf(desk)?.text ?? '';
  const whole = isDrawn(desk) ? mayHold.filter((text) => boxHolds(desk, text)) : [];
  const begun =
    shown === '' ? [] : mayHold.filter((text) => showsBeginning(shown, text, launch.adapter.pasteStandIn));
  const [held] = begun.length === 1 ? begun : whole;
  if (held !== undefined) composer.settle(held);
  else if (begun.length === 0 && shown !== '') composer.mistrust(shown);
}

/** Whether the box holds something other than what the person has just typed there. */
export function holdsMoreThanTyped(desk: Desk): boolean {
  const { composer, terminal } = desk;
  const shown = boxOf(desk)?.text ?? '';
  const typed = terminal.keptBytes > 0 ? '' : composer.inBox;
  return shown !== '' && !(typed !== '' && boxHolds(desk, typed));
}

/**
 * To be called when the screen has changed, and on each tick, because what is drawn counts only some time after the
 * latest key: after the person's Esc, texts that were sent may stand in the box again, and after a prompt, what the
 * agent has stashed.
 * @param isLast the agent is about to be ended: what it has not drawn by now, it never will
 * @returns whether one does, and the composer did not know
 */
export function noticeRestored(desk: Desk, isLast = false): boolean {
  const { composer, launch, terminal } = desk;
  const mayBeRestored = composer.mayBeRestored && !composer.isExact;
  if ((!mayBeRestored && composer.stash === '') || composer.isLost || composer.isPasting) return false;
  if (terminal.keptBytes > 0) return false; // the draft is more than the box holds
  const shown = boxOf(desk)?.text ?? '';
  if (shown === '' || showsText(shown, composer.inBox, launch.adapter.pasteStandIn)) return false;
  const restored = mayBeRestored ? restoredText(desk, isLast) : null;
  const text = restored ?? stashedText(desk);
  if (text !== null) composer.correct(text, restored !== null);
  return text !== null;
}

/**
 * What an interrupt may put back into the box: the prompt of the turn, the queue, or both. Where the agent reports no
 * prompts, the beginning of the queue may have been sent.
 */
export function restorableTexts({ composer }: Desk): readonly string[] {
  const queues = composer.queue.map((_, from) => composer.queue.slice(from).map(({ text }) => text));
  const prompt = composer.lastText === null ? [] : [composer.lastText];
  return [prompt, ...queues, ...queues.map((queue) => [...prompt, ...queue])]
    .filter((texts) => texts.length > 0)
    .map((texts) => texts.join('\n'));
}

/**
 * The stash, if it is in the box again; the draft may follow it. Before the last key is drawn, it may still be there.
 */
function stashedText(desk: Desk): string | null {
  const { stash, inBox } = desk.composer;
  if (stash === '' || !isShown(desk)) return null;
  return [`${stash}${inBox}`, stash].find((text) => boxHolds(desk, text)) ?? null;
}

/** The exact wording of what stands in the box, if an interrupt has put it there; the draft may follow it. */
function restoredText(desk: Desk, isLast: boolean): string | null {
  const { inBox } = desk.composer;
  const texts = restorableTexts(desk);
  // Longer texts first: a stand-in on the screen may stand for the draft, or for nothing.
  const drafts = inBox === '' ? [] : texts.map((text) => `${text}\n${inBox}`);
  const found = [...drafts, ...texts].find((text) => boxHolds(desk, text));
  if (found === undefined || drafts.includes(found) || inBox === '' || isShown(desk)) return found ?? null;
  // Before the last key is drawn, the draft may still come. It may be what was restored, edited.
  const [shown, typed] = [squeezed(found), squeezed(inBox)];
  const isEdited = shown.startsWith(typed) || typed.startsWith(shown);
  return isLast && !isEdited ? `${found}\n${inBox}` : null;
}
