/** What the guard's hands work with: the agent's terminal, what it shows, and what the person has typed into it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentAdapter } from '../../agents/agent.ts';
import type { ScreenView } from '../../agents/contract/screen.ts';
import type { Event, Observation, ScreenFacts } from '../../events.ts';
import type { Pty } from '../../terminal/pty.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Composer } from '../composer.ts';
import { isStop } from '../signs.ts';

/** Once an agent has drawn something, it needs this long before it takes keys. */
export const settleMs = 500;

/** One agent, as something to type at. */
export type Keyboard = Pick<Pty, 'generation' | 'write' | 'takesKeys'>;

export interface Desk {
  readonly launch: { readonly adapter: AgentAdapter };
  /** Where the person's keys can be held. */
  readonly terminal: Pick<
    Terminal,
    | 'hold'
    | 'quiet'
    | 'takeKept'
    | 'dropKept'
    | 'settle'
    | 'keptBytes'
    | 'isInterrupted'
    | 'wantsOut'
    | 'isMidKey'
  >;
  /** What the person has written. */
  readonly composer: Composer;
  readonly emit: (observation: Observation) => void;
  /** Null while no agent runs. */
  readonly pty: Keyboard | null;
  /** The screen as it is now. */
  readonly view: () => ScreenView;
  /** The latest reading of the screen that counts. A question counts once two readings have shown it. */
  readonly facts: ScreenFacts;
  /** What the screen shows at this moment. */
  readonly showsQuestion: () => boolean;
  /** This agent was seen in vim's INSERT mode. While the screen does not show that mode, it is in NORMAL mode. */
  readonly vim: boolean;
  /**
   * How many turns have been seen to begin, by hooks or by requests. A message in the agent's queue begins one by
   * itself.
   */
  readonly begun: number;
  /** How often the person has pressed a key to stop a turn. */
  readonly stops: number;
  /** The person has paused the guard: it watches and does nothing. */
  readonly paused: boolean;
  /** Another process has the agent's terminal now, such as the person's editor, which must not get our keys. */
  readonly isLent: boolean;
  /** The box belongs to a nudge that is under way. */
  isNudging: boolean;
}

/** The parts of a desk that others own. */
export interface DeskParts
  extends Pick<Desk, 'launch' | 'terminal' | 'emit' | 'view' | 'showsQuestion' | 'composer'> {
  /** The agent that runs; null while none does. */
  readonly keyboard: () => Keyboard | null;
  /** Looks at the processes now. */
  readonly looksLent: () => boolean;
}

export interface KeptDesk extends Desk {
  /** Called with every event. @param paused the core's state after the event */
  follow(event: Event, paused: boolean): void;
}

export function createDesk(parts: DeskParts): KeptDesk {
  const { launch, terminal, emit, view, showsQuestion, composer, keyboard, looksLent } = parts;
  let facts: ScreenFacts = { activity: 'unknown' };
  let vim = false;
  let begun = 0;
  let stops = 0;
  let paused = false;
  return {
    isNudging: false,
    launch,
    terminal,
    composer,
    emit,
    get pty() {
      return keyboard();
    },
    view,
    showsQuestion,
    get facts() {
      return facts;
    },
    get vim() {
      return vim;
    },
    get begun() {
      return begun;
    },
    get stops() {
      return stops;
    },
    get paused() {
      return paused;
    },
    get isLent() {
      return looksLent();
    },
    follow(event, isPaused) {
      paused = isPaused;
      if (event.type === 'turn.started' || event.type === 'request.sent') begun++;
      if (isStop(event)) stops++;
      if (event.type === 'agent.started') {
        facts = { activity: 'unknown' };
        vim = false;
      }
      if (event.type !== 'screen') return;
      facts = event.facts;
      vim ||= launch.adapter.readInputBox(view())?.vimInsert === true;
    },
  };
}

/** Resolves with true once the screen reads as wanted, with false after `limitMs`. */
export async function screenShows(
  desk: Desk,
  wanted: (facts: ScreenFacts) => boolean,
  limitMs: number,
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (!wanted(desk.facts)) {
    if (performance.now() >= deadline) return false;
    await pause(50);
  }
  return true;
}
