/**
 * Gives the person's own text back after a nudge or a relaunch: as a paste into the agent's input box, never sent. What
 * the person types in the meantime comes after it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ScreenFacts } from '../../events.ts';
import type { Release } from '../../terminal/person-keys.ts';
import { type Desk, type Keyboard, screenShows, settleMs } from './desk.ts';
import { boxOf, enterInsertMode, holdsMoreThanTyped } from './input-box.ts';

const hasBox: readonly ScreenFacts['activity'][] = [
  'idle',
  'busy',
  'tool',
  'waiting',
  'retrying',
  'background',
];

/** A paste that is not drawn by then has been lost: on a busy machine, a booting agent may drop what it is sent. */
const drawnMs = 10_000;
const maxPastes = 3;
/** How long the person's keys are held while their own text is not back yet. */
const heldMs = 10_000;

/**
 * Whether the agent may be given the next of the keys that were held. They were meant for a box, so a question gets
 * none of them, also if it opens while they are being given: they are put aside. Between two repaints, a picture may
 * look like a question, so it must be seen twice.
 */
function untilAsked(desk: Desk, pty: Keyboard | null, putAside: () => void): () => boolean {
  let hasShown = false;
  return () => {
    if (desk.pty !== pty) return true;
    const shows = desk.showsQuestion();
    const isAsked = desk.facts.activity === 'dialog' || (shows && hasShown);
    hasShown = shows;
    if (isAsked) putAside();
    return isAsked || !shows;
  };
}

/**
 * Releases the person's keys once the text that was put aside is back in the box before them. A dialog, Ctrl+C and the
 * agent's end do not wait for that: the text is given back later. Keys that were meant for a box are not typed into a
 * dialog, but put aside, too; only those by which the person wants to leave reach it.
 */
export async function releaseKeys(desk: Desk, release: Release): Promise<void> {
  const { pty, composer, terminal, emit } = desk;
  const isOver = () => desk.pty !== pty || terminal.wantsOut;
  const asks = () => desk.facts.activity === 'dialog';
  const givenBack = () =>
    giveBack(desk).catch((error: unknown) =>
      emit({ type: 'sensor.failed', sensor: 'draft', detail: String(error) }),
    );
  await Promise.race([givenBack(), screenShows(desk, () => isOver() || asks(), heldMs)]);
  release(
    untilAsked(desk, pty, () => {
      const { given, dropped } = terminal.dropKept();
      composer.putKeptAside(given, dropped);
      void givenBack();
    }),
  );
}

/** What is being given back, by agent: two at work would each paste the text. */
const underWay = new WeakMap<Keyboard, Promise<void>>();

/** Resolves when nothing is left to be given back to this agent, or the agent is gone. */
export function giveBack(desk: Desk): Promise<void> {
  const { pty } = desk;
  if (pty === null) return Promise.resolve();
  const begun = underWay.get(pty) ?? pasteBack(desk, pty).finally(() => underWay.delete(pty));
  underWay.set(pty, begun);
  return begun;
}

/**
 * Waits for an empty box as long as this agent lives. An agent that asks something has no box; and if the person is
 * quicker, the box is theirs. Text that has not been seen in the box stays aside.
 */
async function pasteBack(desk: Desk, pty: Keyboard): Promise<void> {
  const { composer, terminal, emit } = desk;
  let pastes = 0;
  const isGone = () => desk.pty !== pty;
  const isFree = () => !desk.isNudging && !terminal.isMidKey && !composer.isPasting;
  const isReady = ({ activity }: ScreenFacts) =>
    hasBox.includes(activity) && boxOf(desk)?.text === '' && isFree();
  const isBack = () => pastes > 0 && holdsMoreThanTyped(desk);
  const isDone = () => composer.aside === '' && !composer.isPasting;
  while (!isDone()) {
    const isOver = () => isGone() || isDone() || isBack();
    await screenShows(desk, (facts) => isOver() || isReady(facts), Number.POSITIVE_INFINITY);
    const { keys } = composer;
    // The box may look empty while the agent has yet to draw what was typed, so it must be seen empty twice. And 2.1.38
    // loses a paste if a key arrives at the moment when the paste is drawn.
    await pause(settleMs);
    if (isGone()) return;
    if (isBack()) {
      composer.restored(); // it is the person's draft again
      pastes = 0;
      continue;
    }
    /** Keys that the guard holds do not reach the agent. */
    const isQuiet = () => composer.keys === keys || terminal.keptBytes > 0;
    const isDue = () => isQuiet() && isReady(desk.facts) && composer.aside !== '';
    if (!isDue()) continue;
    if (desk.isLent) continue;
    if (!pty.takesKeys()) continue; // the agent has drawn the box but does not read yet: a long text would be truncated
    if (pastes === maxPastes)
      return emit({
        type: 'sensor.failed',
        sensor: 'draft',
        detail: 'the agent does not take the text that is given back to the person',
      });
    await enterInsertMode(desk, pty);
    if (isGone()) return;
    if (!isDue()) continue; // the person has typed meanwhile
    // If the text is drawn as a stand-in, one Backspace among the keys that are held would delete all of it.
    terminal.settle();
    if (terminal.keptBytes > 0 && composer.joinKept()) terminal.takeKept();
    pty.write(Buffer.from(`\x1b[200~${composer.aside}\x1b[201~`));
    pastes++;
    await screenShows(desk, () => isGone() || isBack(), drawnMs);
  }
}
