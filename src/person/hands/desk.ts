/** What the guard's hands work with: the agent's terminal, what it shows, and what the person has typed into it. */
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentAdapter } from '../../agents/agent.ts';
import type { ScreenView } from '../../agents/contract/screen.ts';
import type { Observation, ScreenFacts } from '../../events.ts';
import type { Pty } from '../../terminal/pty.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Draft } from '../draft.ts';
import type { SentPrompts } from '../sent-prompt.ts';

export interface Desk {
  readonly launch: { readonly adapter: AgentAdapter };
  readonly terminal: Terminal;
  /** What the person has typed and not sent. */
  readonly draft: Draft;
  /** What the person has sent last. */
  readonly sent: SentPrompts;
  readonly emit: (observation: Observation) => void;
  /** Null while no agent runs. */
  readonly pty: Pty | null;
  /** The screen as it is now. */
  readonly view: () => ScreenView;
  /** The latest reading of the screen. */
  readonly facts: ScreenFacts;
  /** This agent was seen in vim's INSERT mode. While the screen does not show that mode, it is in NORMAL mode. */
  readonly vim: boolean;
  /** Turns seen to begin, by hooks or by requests: a message from the agent's queue begins one by itself. */
  readonly begun: number;
  /** The person has paused the guard: it watches and does nothing. */
  readonly paused: boolean;
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
