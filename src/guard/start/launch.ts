/** Starts an agent in the terminal, at the start of a run or after a stop. */
import { throughStarter } from '../../platform/exec.ts';
import { openPty, type Pty } from '../../terminal/pty.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Agent } from '../agent.ts';
import type { Run } from '../run.ts';
import type { Wire } from '../wire.ts';
import { planLaunch, watchMemory } from './plan-launch.ts';

export interface AgentLaunch {
  readonly generation: number;
  readonly args: readonly string[];
  /** The id for the conversation. Null: the arguments decide. */
  readonly pin: string | null;
  /** The agent resumes the conversation. */
  readonly resumed: boolean;
  /** The agent is started with a prompt of the guard. */
  readonly prompted: boolean;
  /** Reads the agent's last output before its end is reported. @param code null: a signal ended it */
  readonly readLastWords?: (code: number | null) => Promise<void>;
}

/** Opens the agent's PTY and attaches it to the terminal. Throws if it cannot be started. */
export function startAgent(
  run: Run,
  agent: Agent<Pty>,
  wire: Wire,
  terminal: Terminal,
  next: AgentLaunch,
): void {
  const { generation, resumed, prompted } = next;
  const command = planLaunch(run, agent, wire, next.args, next.pin);
  const { columns, rows } = terminal;
  const isOutOfMemory = watchMemory();
  const pty = openPty({ ...throughStarter(command), columns, rows, generation });
  const ended = agent.started(pty);
  terminal.attach(pty);
  pty.onExit((exit) =>
    ended(async () => {
      const { code, signal } = exit;
      terminal.detach(exit);
      const outOfMemory = isOutOfMemory(signal);
      await next.readLastWords?.(code);
      run.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
    }),
  );
  run.emit({ type: 'agent.started', generation, pid: pty.pid, resumed, prompted });
}
