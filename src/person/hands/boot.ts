/**
 * Holds the person's keys back while a relaunched agent boots. The agent would lose them, or they would get in the way
 * of its own prompt. From outside, nobody can see when a new agent begins to read keys.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ScreenFacts } from '../../events.ts';
import { type Desk, screenShows, settleMs } from './desk.ts';
import { releaseKeys } from './give-back.ts';

/** An agent with a prompt on its command line submits it by itself. On a busy machine, it takes long to start. */
const bootMs = 20_000;

/**
 * Holds the keys until the agent listens, asks something, is gone or has used up its time, or until the person wants to
 * leave: a booting agent obeys Ctrl+C, too. Then it releases them.
 * @param prompted the agent was started with a prompt of its own, and must begin that turn first
 */
export async function holdKeysWhileBooting(desk: Desk, prompted: boolean): Promise<void> {
  const { pty, terminal, begun } = desk;
  const isGone = () => desk.pty !== pty;
  const isOver = () => isGone() || terminal.wantsOut;
  const listens = ({ activity }: ScreenFacts) =>
    activity !== 'unknown' && (!prompted || activity !== 'idle' || desk.begun > begun);
  terminal.hold(true);
  try {
    await screenShows(desk, (facts) => isOver() || listens(facts), bootMs);
    if (!isOver() && desk.facts.activity !== 'dialog') await pause(settleMs);
  } finally {
    await releaseKeys(desk);
  }
}
