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

export interface NudgePlan {
  readonly generation: number;
  /** A turn hangs and must be interrupted first. */
  readonly interrupt: boolean;
  readonly prompt: string;
}

export async function nudge(runtime: Runtime, plan: NudgePlan): Promise<Outcome> {
  const { terminal, launch } = runtime;
  const { keys } = launch.adapter;
  const pty = runtime.pty;
  if (!pty || pty.generation !== plan.generation) return 'agent-gone';
  const asks = () => runtime.facts.activity === 'dialog';
  if (asks()) return 'dialog';
  const draftBefore = runtime.facts.draft === true;
  if (draftBefore && !runtime.draft.exact) return 'person-typing'; // could not be given back
  const draft = draftBefore ? runtime.draft.text() : '';
  const begun = runtime.begun;

  terminal.hold(true);
  try {
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
      // An interrupt before any output puts the person's own prompt back into the box (lab notes §0.6): send that.
      if (!draftBefore && runtime.facts.draft === true) return type(keys.submit) ? 'submitted' : 'agent-gone';
    }
    if (!type(keys.clearInput)) return 'agent-gone';
    await pause(betweenWritesMs);
    if (terminal.keptBytes > 0) return 'person-typing';
    if (!type(`\x1b[200~${plan.prompt}\x1b[201~`)) return 'agent-gone';
    const echoed = await screenShows(runtime, (facts) => facts.draft === true, echoMs);
    if (!echoed) {
      type(keys.clearInput);
      return asks() ? 'dialog' : 'no-echo';
    }
    await pause(betweenWritesMs);
    if (asks()) return 'dialog';
    if (!type(keys.submit)) return 'agent-gone';
    if (draft !== '') {
      runtime.draft.forget();
      await giveBack(runtime, draft);
    }
    return 'submitted';
  } finally {
    terminal.hold(false);
  }
}
