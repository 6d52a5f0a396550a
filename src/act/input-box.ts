/** The guard's hands on the agent's input box: each step is seen on the screen before the next one is taken. */
import { setTimeout as pause } from 'node:timers/promises';
import type { InputBox } from '../agents/agent.ts';
import type { Pty } from '../terminal/pty.ts';
import type { Runtime } from './runtime.ts';
import { showsBeginning, showsText } from './same-text.ts';

export const boxOf = (runtime: Runtime): InputBox | null =>
  runtime.launch.adapter.readInputBox(runtime.view());

/** Keys in one burst would be taken for a paste (signatures §0). */
const betweenKeysMs = 25;
/** What was typed for the agent is drawn by then. */
const settleMs = 200;
/** One round takes a row of the text. */
const mostRounds = 200;

const isEmpty = (box: InputBox | null) => box !== null && box.text === '' && box.isPrompt;

/** Empties the box of text and modes. False: it would not; part of its text may be gone. */
export async function emptyBox(runtime: Runtime, pty: Pty): Promise<boolean> {
  for (let round = 0; round < mostRounds && runtime.pty === pty; round++) {
    if (isEmpty(boxOf(runtime))) {
      // Seen empty before the keys of the last round were drawn, or after: empty twice is empty.
      await pause(settleMs);
      if (isEmpty(boxOf(runtime))) return true;
    }
    for (const key of runtime.launch.adapter.keys.clearInput) {
      if (runtime.pty !== pty) return false;
      pty.write(Buffer.from(key));
      await pause(betweenKeysMs);
    }
  }
  return false;
}

/** Whether the box is seen to hold this text and nothing else, as a prompt. */
export function boxHolds(runtime: Runtime, text: string): boolean {
  const box = boxOf(runtime);
  return box?.isPrompt === true && showsText(box.text, text, runtime.launch.adapter.pasteStandIn);
}

/** Whether the draft that was followed by its keys is what the box shows, so that it can be given back. */
export function knowsDraft(runtime: Runtime): boolean {
  const { draft, launch } = runtime;
  const box = boxOf(runtime);
  return box !== null && draft.exact && showsText(box.text, draft.inBox(), launch.adapter.pasteStandIn);
}

/**
 * Before the agent is ended: what its box shows counts, where the keys alone do not tell (history, completion, the
 * agent's own doing). What was typed and not drawn by an agent that hangs is only in the keys.
 */
export function trustScreen(runtime: Runtime): void {
  const { draft, launch } = runtime;
  const shown = boxOf(runtime)?.text ?? '';
  const isWhole = shown.split(launch.adapter.pasteStandIn).length === 1;
  if (shown !== '' && isWhole && !showsBeginning(shown, draft.inBox())) draft.correct(shown);
}
