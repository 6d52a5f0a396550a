/**
 * Starts an agent: the first one, or the next one after a stop. A conversation without a single message cannot be
 * resumed, so a relaunch then starts it afresh under the same id.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { openPty } from '../terminal/pty.ts';
import { planLaunch, watchMemory } from './plan-launch.ts';
import type { Runtime } from './runtime.ts';

export interface AgentLaunch {
  readonly generation: number;
  readonly resume: boolean;
  readonly prompt: string | null;
  /** The prompt holds what the person had sent and is nowhere on record: it is for a conversation begun anew, too. */
  readonly repeats: boolean;
}

/** Opens the agent's PTY and attaches it to the terminal. Throws if it cannot be started. */
export function startAgent(runtime: Runtime, { generation, resume, prompt, repeats }: AgentLaunch): void {
  const { launch, session, terminal } = runtime;
  const { adapter } = launch;
  const resumed = resume && session.id !== null && session.transcriptPath !== null;
  const fresh = () => (repeats ? adapter.freshArguments(launch.args, prompt) : launch.args);
  const args = resumed
    ? adapter.resumeArguments(launch.args, session.id ?? '', prompt, session.permissionMode)
    : fresh();
  const command = planLaunch(runtime, args, resumed ? null : freeId(runtime));
  const { columns, rows } = terminal;
  const isOutOfMemory = watchMemory();
  const pty = openPty({ ...command, columns, rows, generation });
  runtime.hookSource.startedAs(pty.pid);
  runtime.pty = pty;
  runtime.facts = { activity: 'unknown' };
  terminal.attach(pty);
  runtime.agentGone = new Promise((resolve) => {
    pty.onExit((exit) => {
      const { code, signal } = exit;
      if (runtime.pty === pty) {
        runtime.pty = null;
        terminal.detach(exit);
      }
      const outOfMemory = isOutOfMemory(signal);
      runtime.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
      resolve();
    });
  });
  runtime.emit({
    type: 'agent.started',
    generation,
    pid: pty.pid,
    resumed,
    prompted: (resumed || repeats) && prompt !== null,
  });
}

/** The id to pin. A file without a message makes an id taken, and yet cannot be resumed (lab notes §4). */
function freeId(runtime: Runtime): string | null {
  const { pin, session, emit } = runtime;
  if (pin === null || session.transcriptPath === null || !existsSync(session.transcriptPath)) return pin;
  const sessionId = randomUUID();
  emit({ type: 'session', sessionId, transcriptPath: null, source: 'pinned' });
  return sessionId;
}
