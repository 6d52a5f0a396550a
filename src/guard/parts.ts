/** The parts of one run, with a terminal or with pipes. */
import type { Agent, AgentProcess } from './agent.ts';
import type { Conversation } from './conversation.ts';
import type { Run } from './run.ts';
import type { Wire } from './wire.ts';

export interface Parts<Process extends AgentProcess = AgentProcess> {
  readonly run: Run;
  readonly agent: Agent<Process>;
  readonly conversation: Conversation;
  readonly wire: Wire;
}
