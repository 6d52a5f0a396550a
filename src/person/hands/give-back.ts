/**
 * Gives the person's own text back after a nudge or a relaunch: as a paste into the agent's input box, never sent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ScreenFacts } from '../../events.ts';
import { settleMs } from './boot.ts';
import { type Desk, screenShows } from './desk.ts';
import { boxOf } from './input-box.ts';

const hasBox: readonly ScreenFacts['activity'][] = [
  'idle',
  'busy',
  'tool',
  'waiting',
  'retrying',
  'background',
];

/**
 * Waits for an empty box for as long as this agent lives: one that asks something has none, and a person who is
 * quicker has it to themselves. What was put aside meanwhile stays there.
 */
export async function giveBack(desk: Desk): Promise<void> {
  const { pty, draft, terminal } = desk;
  const isGone = () => desk.pty !== pty;
  const isReady = (facts: ScreenFacts) =>
    hasBox.includes(facts.activity) && boxOf(desk)?.text === '' && !terminal.isMidKey && !draft.pasting;
  while (pty !== null && (draft.aside() !== '' || draft.pasting)) {
    await screenShows(desk, (facts) => isGone() || isReady(facts), Number.POSITIVE_INFINITY);
    const keys = draft.keys;
    // The box can be seen empty while the agent is still about to draw what was typed for it: empty twice is empty.
    await pause(settleMs);
    if (isGone()) return;
    const isQuiet = draft.keys === keys || terminal.keptBytes > 0; // keys that we keep are not on their way
    if (!isQuiet || !isReady(desk.facts) || draft.aside() === '') continue;
    if (!pty.takesKeys()) continue; // its box is drawn, and it does not listen: a long text would be cut
    pty.write(Buffer.from(`\x1b[200~${draft.aside()}\x1b[201~`));
    draft.returned(); // it is the person's draft again
  }
}
