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

/** Does nothing where the box does not come, the agent asks something, or the person is quicker. */
export async function giveBack(runtime: Runtime, text: string, limitMs = boxMs): Promise<void> {
  const { pty } = runtime;
  if (!pty || text === '') return;
  const ready = (facts: ScreenFacts) => hasBox.includes(facts.activity) && facts.draft !== true;
  const typedBefore = runtime.draft.text();
  if (!(await screenShows(runtime, ready, limitMs))) return;
  await pause(settleMs);
  if (runtime.pty !== pty || !ready(runtime.facts) || runtime.draft.text() !== typedBefore) return;
  const bytes = Buffer.from(`\x1b[200~${text}\x1b[201~`);
  pty.write(bytes);
  runtime.draft.feed(bytes, false); // it is the person's draft again
}
