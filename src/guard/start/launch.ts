/**
 * Starts an agent: the first one, or the next one after a stop. A conversation without a single message cannot be
 * resumed, so a relaunch then starts it afresh under the same id.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { throughStarter } from '../../platform/exec.ts';
import { openPty } from '../../terminal/pty.ts';
import type { Runtime } from '../runtime.ts';
import { freshStart } from './begin-anew.ts';
import { planLaunch, watchMemory } from './plan-launch.ts';

export interface AgentLaunch {
  readonly generation: number;
  readonly resume: boolean;
  /** Null: what the arguments say; for a conversation that is resumed, nothing. */
  readonly prompt: string | null;
  /** What of it the person had asked before, word for word; null or absent: nothing. */
  readonly lost?: string | null;
  /** The prompt that the arguments give has had its answer. */
  readonly isAnswered?: boolean;
}

/** Opens the agent's PTY and attaches it to the terminal. Throws if it cannot be started. */
export function startAgent(runtime: Runtime, next: AgentLaunch): void {
  const { generation, resume, prompt, lost = null, isAnswered = false } = next;
  const { launch, session, terminal } = runtime;
  const { adapter } = launch;
  const resumed = resume && session.id !== null && session.transcriptPath !== null;
  const { args, pin } = resumed
    ? { args: adapter.resumeArguments(launch.args, session.id, prompt, session.permissionMode), pin: null }
    : generation === 1
      ? { args: launch.args, pin: runtime.pin }
      : freshStart(runtime, prompt, isAnswered);
  const command = planLaunch(runtime, args, pin);
  const { columns, rows } = terminal;
  const isOutOfMemory = watchMemory();
  const pty = openPty({ ...throughStarter(command), columns, rows, generation });
  runtime.hookSource.startedAs(pty.pid);
  runtime.pty = pty;
  runtime.facts = { activity: 'unknown' };
  runtime.vim = false;
  const given = prompt ?? (resumed || isAnswered ? null : launch.invocation.prompt);
  if (given !== null) runtime.sent.given(given, prompt === null || prompt === lost);
  terminal.attach(pty);
  runtime.agentGone = new Promise((resolve) => {
    pty.onExit(async (exit) => {
      const { code, signal } = exit;
      if (runtime.pty === pty) {
        runtime.pty = null;
        terminal.detach(exit);
      }
      const outOfMemory = isOutOfMemory(signal);
      if (generation > 1 && resumed && code) await tellRefusal(runtime);
      runtime.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
      resolve();
    });
  });
  runtime.emit({
    type: 'agent.started',
    generation,
    pid: pty.pid,
    resumed,
    prompted: prompt !== null,
  });
}

/** Its last words are read by then, or not at all. */
const lastWordsMs = 1_000;

/** An agent that would not resume has said why on the screen, or nothing that is known. */
async function tellRefusal(runtime: Runtime): Promise<void> {
  await Promise.race([runtime.drawn(), pause(lastWordsMs, null, { ref: false })]);
  const refused = runtime.launch.adapter.readRefusedResume(runtime.view());
  if (refused === null) return;
  runtime.session = { ...runtime.session, isHeld: refused.isHeld };
  runtime.emit({ type: 'relaunch.impossible', detail: refused.detail });
}
