/** What is known about the agent right now, except for the phase that follows from it. */
import type { Millis, ProgramState } from '../../events.ts';
import type { Doing, Phase } from '../phases.ts';
import type { Agent } from './agent.ts';
import type { Clock } from './clock.ts';
import type { Conversation } from './conversation.ts';
import type { Host } from './host.ts';
import type { Person } from './person.ts';
import type { ProcessSample } from './sample.ts';
import type { Screen } from './screen.ts';
import type { Terminal } from './terminal.ts';
import type { OpenTool } from './tools.ts';
import type { Turn } from './turn.ts';
import type { Wire } from './wire.ts';

export interface Facts {
  readonly clock: Clock;
  /** Attended time of the latest event: what every "since" is measured against. */
  readonly now: Millis;
  readonly agent: Agent;
  readonly sample: ProcessSample | null;
  readonly terminal: Terminal;
  readonly person: Person;
  /** The signal by which the guard was told to end; null: none. */
  readonly signalledBy: string | null;
  /** Program status. */
  readonly status: { readonly state: ProgramState; readonly at: Millis } | null;
  readonly screen: Screen | null;
  readonly turn: Turn;
  readonly tools: readonly OpenTool[];
  /** The latest calls whose end was reported before their start. */
  readonly endedCalls: readonly string[];
  readonly wire: Wire;
  readonly host: Host;
  readonly conversation: Conversation;
  /** Successful network probes in a row. */
  readonly goodProbes: number;
}

export interface Evidence extends Facts {
  readonly phase: Phase;
  /** What the agent is doing; for one that is suspended or gone, what it was doing before. */
  readonly doing: Doing | 'starting';
  /**
   * Whether a turn runs, as far as the senses tell, even behind a dialog or a usage limit; for an agent that is gone,
   * whether one ran.
   */
  readonly runs: boolean;
}
