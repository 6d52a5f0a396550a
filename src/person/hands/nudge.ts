/**
 * The nudge: put the person's draft aside, interrupt the stuck turn, wait for the prompt, type, check the echo, submit.
 * This is the order that works in every version (measured on 1.0.56 to 2.1.329). Each step looks at the screen before
 * it types, and the person's own keys take precedence.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Observation, ScreenFacts } from '../../events.ts';
import { betweenBurstsMs } from '../../terminal/held-keys.ts';
import { type Desk, type Keyboard, screenShows, settleMs } from './desk.ts';
import { releaseKeys } from './give-back.ts';
import {
  boxHolds,
  boxOf,
  emptyBox,
  enterInsertMode,
  isWhole,
  knowsDraft,
  leaveInsertMode,
  redrawMs,
  restorableTexts,
} from './input-box.ts';

type Outcome = Extract<Observation, { type: 'nudge.done' }>['outcome'];

/** Esc ends a turn within 260 ms (measured); under load it takes longer. */
const idleMs = 8_000;
const echoMs = 5_000;

export interface NudgePlan {
  readonly generation: number;
  /** A turn hangs and must be interrupted first. */
  readonly interrupt: boolean;
  readonly prompt: string;
  /** The person's keys when the nudge was decided. Absent: now. */
  readonly before?: PersonKeysBefore;
}

/** How many keys the person had pressed, and how many of them were to stop a turn. */
export interface PersonKeysBefore {
  readonly keys: number;
  readonly stops: number;
}

export const keysOf = ({ composer, stops }: Desk): PersonKeysBefore => ({ keys: composer.keys, stops });

const isAsked = ({ facts }: Desk) => facts.activity === 'dialog';
const isInTranscript = ({ facts }: Desk) => facts.dialog === 'transcript';

/** Emits `nudge.done` as soon as the outcome is known, and gives the person's draft back after that. */
export async function nudge(desk: Desk, plan: NudgePlan): Promise<void> {
  const { terminal, composer, emit } = desk;
  // In the middle of a paste, our keys would become part of it.
  if (terminal.isMidKey || composer.isPasting) return emit({ type: 'nudge.done', outcome: 'person-typing' });
  if (isAsked(desk) && !isInTranscript(desk)) return emit({ type: 'nudge.done', outcome: 'dialog' });
  // What was pressed just before the hold counts as well, and is told at its beginning.
  const before = plan.before ?? keysOf(desk);
  const release = terminal.hold();
  desk.isNudging = true;
  try {
    emit({ type: 'nudge.done', outcome: await submitPrompt(desk, plan, before) });
  } finally {
    desk.isNudging = false;
    await pause(betweenBurstsMs); // keys that come together with our Enter would make a line break of it
    await releaseKeys(desk, release);
  }
}

async function submitPrompt(desk: Desk, plan: NudgePlan, before: PersonKeysBefore): Promise<Outcome> {
  const { launch, pty, composer, terminal } = desk;
  const { keys } = launch.adapter;
  if (!pty || pty.generation !== plan.generation) return 'agent-gone';
  /** The person has typed, or has paused the guard. */
  const personActed = () => composer.keys !== before.keys || desk.paused;
  const personStops = () => {
    terminal.settle();
    return desk.stops !== before.stops || desk.paused || terminal.isMidKey; // what has begun may be Esc
  };
  const type = (text: string) => {
    if (desk.pty === pty) pty.write(Buffer.from(text));
    return desk.pty === pty;
  };
  await pause(redrawMs); // by then it shows whether the agent has taken what Enter was pressed on
  terminal.settle();
  if (personActed() || desk.isLent) return 'person-typing';
  const asked = await leaveTranscript(desk, pty);
  if (asked !== null) return asked;
  const restorable = restorableTexts(desk);
  const aside = await putAside(desk, pty);
  if (aside !== null) return aside;
  if (plan.interrupt) {
    const outcome = await interrupt(desk, pty);
    if (outcome !== null) return outcome;
    await pause(betweenBurstsMs);
    // An interrupt before any output puts the sent text back into the box, and in 2.1.42 every interrupt puts the queue
    // there. That text is sent. An interrupted compaction leaves `/compact` in the box, which would only start it
    // again.
    const restored = boxOf(desk)?.text ?? '';
    const isTheirs = restored !== '' && !desk.facts.draftIsCommand;
    const sent = isTheirs ? restorable.find((text) => boxHolds(desk, text)) : undefined;
    if (personStops()) {
      // The text that came back belongs before the draft. After the person's key, neither is sent.
      if (sent !== undefined && (composer.aside === '' || desk.paused)) composer.stands(sent);
      else if (sent !== undefined) {
        composer.takeBack(sent);
        await enterInsertMode(desk, pty);
        await emptyBox(desk, pty);
      }
      return 'person-typing';
    }
    if (isTheirs) {
      // Sent even if the person has typed meanwhile: their keys are held, and are meant for what comes after it. A key
      // that stops a turn would stop this one, so after such a key nothing is sent.
      if (sent !== undefined) {
        await enterInsertMode(desk, pty);
        composer.givenAgain(sent, Date.now());
        return type(keys.submit) ? 'submitted' : 'agent-gone';
      }
      if (!isWhole(restored, desk)) return 'person-typing';
      composer.addAside(restored); // nobody knows whose text this is, so it is given back, unsent
    }
  }
  if (desk.paused) return 'person-typing';
  await enterInsertMode(desk, pty);
  const outcomeOf = () => (desk.pty !== pty ? 'agent-gone' : isAsked(desk) ? 'dialog' : 'no-echo');
  if (!(await emptyBox(desk, pty))) return outcomeOf();
  if (personActed()) return 'person-typing';
  if (!type(`\x1b[200~${plan.prompt}\x1b[201~`)) return 'agent-gone';
  // The box must hold our prompt and nothing else: other text would be sent with it.
  const isOurs = () => boxHolds(desk, plan.prompt);
  const echoed = await screenShows(desk, (facts) => facts.activity === 'dialog' || isOurs(), echoMs);
  if (echoed) await pause(betweenBurstsMs);
  if (isAsked(desk)) return 'dialog';
  const outcome = personActed() ? 'person-typing' : isOurs() ? null : outcomeOf();
  if (outcome === null) {
    composer.given(plan.prompt);
    return type(keys.submit) ? 'submitted' : 'agent-gone';
  }
  await emptyBox(desk, pty);
  return outcome;
}

/**
 * The transcript view hides the box. Esc closes it, and does nothing to the turn (2.1.126 to 2.1.332). Null: the box
 * can be seen.
 */
async function leaveTranscript(desk: Desk, pty: Keyboard): Promise<Outcome | null> {
  if (!isInTranscript(desk)) return null;
  desk.terminal.quiet();
  pty.write(Buffer.from(desk.launch.adapter.keys.interrupt));
  await screenShows(desk, ({ dialog }) => dialog !== 'transcript', echoMs);
  return desk.pty !== pty ? 'agent-gone' : isAsked(desk) ? 'dialog' : null;
}

/**
 * Takes the person's own text out of the box, if its exact wording is known, so that it can be given back. Null: done.
 */
async function putAside(desk: Desk, pty: Keyboard): Promise<Outcome | null> {
  const box = boxOf(desk);
  if (box === null || (box.text === '' && box.isPrompt)) return null;
  if (!knowsDraft(desk)) return 'person-typing';
  desk.composer.putAside();
  await enterInsertMode(desk, pty);
  return (await emptyBox(desk, pty)) ? null : 'no-echo';
}

/** Null: the turn is over and the prompt is free. Vim's mode is as it was. */
async function interrupt(desk: Desk, pty: Keyboard): Promise<Outcome | null> {
  const { launch, begun } = desk;
  const goesOn = () => desk.begun > begun;
  const wasLeft = await leaveInsertMode(desk, pty);
  if (desk.pty !== pty) return 'agent-gone';
  desk.terminal.quiet();
  pty.write(Buffer.from(launch.adapter.keys.interrupt));
  const isOver = await screenShows(desk, ({ activity }) => activity === 'idle' || goesOn(), idleMs);
  if (wasLeft) await enterInsertMode(desk, pty);
  if (!isOver) return desk.pty === pty ? 'not-idle' : 'agent-gone';
  if (!goesOn()) return null;
  // The agent itself sends a message that the person had queued, so it goes on by itself. If it has read our key only
  // after that, the key has stopped this turn, and the message is in the box.
  const isBack = ({ activity }: ScreenFacts) => activity === 'idle' && (boxOf(desk)?.text ?? '') !== '';
  return (await screenShows(desk, isBack, settleMs)) ? null : 'submitted';
}
