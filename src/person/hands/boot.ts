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
}

const usual: Patience = { bootMs: 20_000, silentMs: 60_000 };

/**
 * Holds the keys until the agent listens, asks something, is gone or has used up its time, or until the person wants to
 * leave: a booting agent obeys Ctrl+C, too. Then it releases them.
 * @param prompted the agent was started with a prompt of its own, and must begin that turn first
 */
export async function holdKeysWhileBooting(
  desk: Desk,
  prompted: boolean,
  { bootMs, silentMs } = usual,
): Promise<void> {
  const { pty, terminal, begun } = desk;
  const isGone = () => desk.pty !== pty;
  // 2.1.38 has its terminal raw early, to catch keys, and not for a moment just before it draws its box: Ctrl+D would end
  // its input for good then.
  const leaves = () => terminal.isInterrupted || (terminal.wantsOut && desk.facts.activity !== 'unknown');
  const isOver = () => isGone() || leaves();
  const listens = ({ activity }: ScreenFacts) =>
    activity !== 'unknown' && (!prompted || activity !== 'idle' || desk.begun > begun);
  const rowsNow = () => desk.view().rows.join('\n');
  const rowsBefore = rowsNow();
  const release = terminal.hold();
  try {
    const isReady = (facts: ScreenFacts) => isOver() || listens(facts);
    await screenShows(desk, (facts) => isReady(facts) || rowsNow() !== rowsBefore, silentMs);
    await screenShows(desk, isReady, bootMs);
    if (!isOver() && desk.facts.activity !== 'dialog') await pause(settleMs);
  } finally {
    await releaseKeys(desk, release);
  }
}
