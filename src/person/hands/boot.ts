/**
 * While an agent boots that a guard has started anew, the person's keys wait: it would lose them, or they would stand in
 * the way of its own prompt. The one before took them, and nobody sees from outside when the next one does.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ScreenFacts } from '../../events.ts';
import { type Desk, screenShows } from './desk.ts';

/** Drawn is not yet listening. */
export const settleMs = 500;

/** An agent with a prompt on its command line submits it itself. A busy machine takes its time over a start. */
const bootMs = 20_000;

/**
 * Returns when the agent listens, asks something, is gone, or has had its time, or the person wants to leave: a booting
 * agent obeys Ctrl+C, too.
 * @param prompted it was started with a prompt of its own, and must begin its turn first
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
    terminal.hold(false);
  }
}
