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
 * Waits for an empty box as long as this agent lives. An agent that asks something has no box; and if the person is
 * quicker, the box is theirs. What was put aside meanwhile stays aside.
 */
export async function giveBack(desk: Desk): Promise<void> {
  const { pty, composer, terminal } = desk;
  const isGone = () => desk.pty !== pty;
  const isReady = (facts: ScreenFacts) =>
    hasBox.includes(facts.activity) && boxOf(desk)?.text === '' && !terminal.isMidKey && !composer.isPasting;
  while (pty !== null && (composer.aside !== '' || composer.isPasting)) {
    await screenShows(desk, (facts) => isGone() || isReady(facts), Number.POSITIVE_INFINITY);
    const { keys } = composer;
    // The box may look empty while the agent has yet to draw what was typed, so it must be seen empty twice.
    await pause(settleMs);
    if (isGone()) return;
    const isQuiet = composer.keys === keys || terminal.keptBytes > 0; // keys that the guard keeps are not on their way
    if (!isQuiet || !isReady(desk.facts) || composer.aside === '') continue;
    if (!pty.takesKeys()) continue; // the box is drawn, but the agent does not read: a long text would be truncated
    pty.write(Buffer.from(`\x1b[200~${composer.aside}\x1b[201~`));
    composer.restored(); // it is the person's draft again
  }
}
