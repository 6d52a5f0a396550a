/**
 * The nudge: interrupt what hangs, wait for the prompt, type, check the echo, submit. Order from lab notes §0.6: it is
 * the one that works in every version. Each step looks before it types; the person's own keys always win.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation } from '../events.ts';
import { giveBack } from './give-back.ts';
import { type Runtime, screenShows } from './runtime.ts';

type Outcome = Extract<Observation, { type: 'nudge.done' }>['outcome'];

/** Esc ends a turn within 260 ms (lab notes §2); under load it takes longer. */
const idleMs = 8_000;
const echoMs = 5_000;
/** A burst would be taken for a paste: text and Enter are two writes (signatures §0). */
const betweenWritesMs = 150;

/** Outcomes after which the box has been cleared. */
const clears: readonly Outcome[] = ['submitted', 'no-echo'];

export interface NudgePlan {
  readonly generation: number;
  /** A turn hangs and must be interrupted first. */
  readonly interrupt: boolean;
  readonly prompt: string;
}

/** Emits `nudge.done` the moment that the outcome is known; the person's draft is given back after that. */
export async function nudge(runtime: Runtime, plan: NudgePlan): Promise<void> {
  const { terminal, emit } = runtime;
  const typed = runtime.facts.draft === true;
  const draft = typed && runtime.draft.exact ? runtime.draft.text() : '';
  terminal.hold(true);
  try {
    // Without the very text of a draft it could not be given back.
    const lost = typed && !runtime.draft.exact;
    const outcome = lost ? 'person-typing' : await submitPrompt(runtime, plan, typed);
    emit({ type: 'nudge.done', outcome });
    if (draft === '' || !clears.includes(outcome)) return;
    runtime.draft.forget();
    await giveBack(runtime, draft, false);
  } finally {
    terminal.hold(false);
  }
}

/** @param draftBefore the person's own text is in the box, and is put aside */
async function submitPrompt(runtime: Runtime, plan: NudgePlan, draftBefore: boolean): Promise<Outcome> {
  const { terminal, launch, pty, begun } = runtime;
  const { keys } = launch.adapter;
  if (!pty || pty.generation !== plan.generation) return 'agent-gone';
  const asks = () => runtime.facts.activity === 'dialog';
  if (asks()) return 'dialog';
  const type = (text: string) => {
    if (runtime.pty === pty) pty.write(Buffer.from(text));
    return runtime.pty === pty;
  };
  if (plan.interrupt) {
    if (!type(keys.interrupt)) return 'agent-gone';
    const goesOn = () => runtime.begun > begun;
    if (!(await screenShows(runtime, (facts) => facts.activity === 'idle' || goesOn(), idleMs)))
      return 'not-idle';
    // A message that the person had queued is sent by the agent itself (lab notes §0.5): that goes on by itself.
    if (goesOn()) return 'submitted';
    await pause(betweenWritesMs);
    // An interrupt before any output puts the person's own prompt back into the box (lab notes §0.6): send that. One
    // of a compaction leaves `/compact` there, which would only begin anew.
    const { draft, draftIsCommand } = runtime.facts;
    if (!draftBefore && draft && !draftIsCommand) return type(keys.submit) ? 'submitted' : 'agent-gone';
  }
  if (terminal.keptBytes > 0) return 'person-typing';
  if (!type(keys.clearInput)) return 'agent-gone';
  await pause(betweenWritesMs);
  if (!type(`\x1b[200~${plan.prompt}\x1b[201~`)) return 'agent-gone';
  const echoed = await screenShows(runtime, (facts) => facts.draft === true, echoMs);
  if (!echoed) {
    type(keys.clearInput);
    return asks() ? 'dialog' : 'no-echo';
  }
  await pause(betweenWritesMs);
  if (asks()) return 'dialog';
  return type(keys.submit) ? 'submitted' : 'agent-gone';
}
