/**
 * Gives the person's own text back after a nudge or a relaunch: as a paste into the agent's input box, never sent.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { ScreenFacts } from '../events.ts';
import { type Runtime, screenShows } from './runtime.ts';

/** A resumed agent draws its box within seconds; a large conversation takes longer. */
const boxMs = 60_000;
/** Drawn is not yet listening. */
const settleMs = 500;

const hasBox: readonly ScreenFacts['activity'][] = [
  'idle',
  'busy',
  'tool',
  'waiting',
  'retrying',
  'background',
];

/** A prompt on the command line is submitted by the agent itself; text that comes earlier would be in its way. */
const ownPromptMs = 20_000;

/**
 * Does nothing where the box does not come, the agent asks something, or the person is quicker.
 *
 * @param afterTurn the agent was started with a prompt of its own, and must have begun its turn first
 */
export async function giveBack(runtime: Runtime, text: string, afterTurn: boolean): Promise<void> {
  const { pty } = runtime;
  if (!pty || text === '') return;
  const ready = (facts: ScreenFacts) => hasBox.includes(facts.activity) && facts.draft !== true;
  const typedBefore = runtime.draft.text();
  const begun = runtime.begun;
  const works = ({ activity }: ScreenFacts) =>
    runtime.begun > begun || (hasBox.includes(activity) && activity !== 'idle');
  if (afterTurn) await screenShows(runtime, works, ownPromptMs);
  // The box can be seen empty while the agent is still about to draw what was typed for it: empty twice is empty.
  for (const end = performance.now() + boxMs; ; ) {
    if (!(await screenShows(runtime, ready, end - performance.now()))) return;
    await pause(settleMs);
    if (runtime.pty !== pty || runtime.draft.text() !== typedBefore) return;
    if (ready(runtime.facts)) break;
  }
  const bytes = Buffer.from(`\x1b[200~${text}\x1b[201~`);
  pty.write(bytes);
  runtime.draft.feed(bytes, false); // it is the person's draft again
}
