/**
 * Starts an agent: the first one, or the next one after a stop. A conversation without a single message cannot be
 * resumed, so a relaunch then starts it afresh under the same id.
 */
import { writeFileSync } from 'node:fs';
import { outOfMemoryKills } from '../platform/memory.ts';
import { openPty } from '../terminal/pty.ts';
import type { Runtime } from './runtime.ts';

export interface AgentLaunch {
  readonly generation: number;
  readonly resume: boolean;
  readonly prompt: string | null;
}

/** Opens the agent's PTY and attaches it to the terminal. Throws if it cannot be started. */
export function startAgent(runtime: Runtime, { generation, resume, prompt }: AgentLaunch): void {
  const { launch, session, paths, terminal, tunnel, user } = runtime;
  const { adapter, env, cwd } = launch;
  const resumed = resume && session.id !== null && session.transcriptPath !== null;
  const args = resumed
    ? adapter.resumeArguments(launch.args, session.id ?? '', prompt, session.permissionMode)
    : launch.args;
  const plan = adapter.launchPlan(
    args,
    env,
    user,
    {
      runId: paths.run,
      folder: paths.folder,
      sessionId: resumed ? null : runtime.pin,
      spoolDir: runtime.hooks ? paths.spool : null,
      proxyUrl: tunnel?.url ?? null,
    },
    runtime.version,
  );
  for (const file of plan.files) writeFileSync(file.path, file.text, { mode: 0o600 });
  const { columns, rows } = terminal;
  const pty = openPty({
    file: launch.command,
    args: plan.args,
    env: plan.env,
    cwd,
    columns,
    rows,
    generation,
  });
  runtime.pty = pty;
  runtime.facts = { activity: 'unknown' };
  terminal.attach(pty);
  const killsBefore = outOfMemoryKills();
  runtime.agentGone = new Promise((resolve) => {
    pty.onExit((exit) => {
      const { code, signal } = exit;
      if (runtime.pty === pty) {
        runtime.pty = null;
        terminal.detach(exit);
      }
      const outOfMemory = signal === 'SIGKILL' && outOfMemoryKills() > killsBefore;
      runtime.emit({ type: 'agent.exited', generation, code, signal, ...(outOfMemory && { outOfMemory }) });
      resolve();
    });
  });
  runtime.emit({
    type: 'agent.started',
    generation,
    pid: pty.pid,
    resumed,
    prompted: resumed && prompt !== null,
  });
}
