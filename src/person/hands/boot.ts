/**
 * Holds the person's keys back while a relaunched agent boots. The agent would lose them, or they would get in the way
 * of its own prompt. From outside, nobody can see when a new agent begins to read keys.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Millis, ScreenFacts } from '../../events.ts';
import { type Desk, screenShows, settleMs } from './desk.ts';
import { releaseKeys } from './give-back.ts';

interface Patience {
  /** An agent with a prompt on its command line submits it by itself. On a busy machine, it takes long to start. */
  readonly bootMs: Millis;
  /** Before it draws anything, it may wait 30 s for the settings of its organisation (2.1.329). */
  readonly silentMs: Millis;
  /** Once the box is drawn, whoever wants to leave by Ctrl+D waits no longer than this for the prompt's turn. */
  readonly leaveMs: Millis;
}

const usual: Patience = { bootMs: 20_000, silentMs: 60_000, leaveMs: 5_000 };

/**
 * Holds the keys until the agent listens, asks something, is gone or has used up its time, or until the person presses
 * Ctrl+C, which a booting agent obeys, too. Then it releases them. Ctrl+D is not obeyed by an agent that does not listen
 * yet: 2.1.38 would put it into its box, unseen, and in a box that is not empty it leaves nothing.
 * @param prompted the agent was started with a prompt of its own, and must begin that turn first
 */
export async function holdKeysWhileBooting(
  desk: Desk,
  prompted: boolean,
  patience: Partial<Patience> = {},
): Promise<void> {
  const { bootMs, silentMs, leaveMs } = { ...usual, ...patience };
  const { pty, terminal, begun } = desk;
  const isGone = () => desk.pty !== pty;
  const isOver = () => isGone() || terminal.isInterrupted;
  const listens = ({ activity }: ScreenFacts) =>
    activity !== 'unknown' && (!prompted || activity !== 'idle' || desk.begun > begun);
  /** Since when the box has been drawn. */
  let boxAt: Millis | null = null;
  const leaves = ({ activity }: ScreenFacts) => {
    if (activity !== 'unknown') boxAt ??= performance.now();
    return terminal.wantsOut && boxAt !== null && performance.now() - boxAt >= leaveMs;
  };
  const rowsNow = () => desk.view().rows.join('\n');
  const rowsBefore = rowsNow();
  const release = terminal.hold();
  try {
    const isReady = (facts: ScreenFacts) => isOver() || listens(facts) || leaves(facts);
    await screenShows(desk, (facts) => isReady(facts) || rowsNow() !== rowsBefore, silentMs);
    await screenShows(desk, isReady, bootMs);
    if (!isOver() && desk.facts.activity !== 'dialog') await pause(settleMs);
  } finally {
    await releaseKeys(desk, release);
  }
}
