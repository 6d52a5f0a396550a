/** What is known of the agent right now: the parts of the evidence, and the phase that follows from them. */
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
  /** Program status. */
  readonly status: { readonly state: ProgramState; readonly at: Millis } | null;
  readonly screen: Screen | null;
  readonly turn: Turn;
  readonly tools: readonly OpenTool[];
  readonly wire: Wire;
  readonly host: Host;
  readonly conversation: Conversation;
  /** Good probes of the network in a row. */
  readonly goodProbes: number;
}

export interface Evidence extends Facts {
  readonly phase: Phase;
  /** The phase of the living agent; of one that is suspended or gone: that of before. */
  readonly doing: Doing | 'starting';
  /** Whether a turn runs, as far as the senses tell, whatever stands in its way; of an agent that is gone: ran. */
  readonly runs: boolean;
}
