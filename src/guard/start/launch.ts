/**
 * Starts an agent, at the start of a run or after a stop: builds its command from what the person gave and what the
 * guard adds, writes the files that it needs, and opens its terminal.
 */
import { readFileSync } from 'node:fs';
import { replaceFileSync } from '../../platform/atomic-file.ts';
import { oneLineOf, throughStarter } from '../../platform/exec.ts';
import { outOfMemoryKills } from '../../platform/memory.ts';
import { makePrivateFolder } from '../../platform/paths.ts';
import { ownMark } from '../../platform/run-mark.ts';
import { openPty, type Pty } from '../../terminal/pty.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import type { Agent } from '../agent.ts';
import type { Run } from '../run.ts';
import type { Wire } from '../wire.ts';
import { withCopies } from './given-files.ts';

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
  const started = throughStarter(command);
  const pty = openPty({ ...(run.errors?.redirected(started) ?? started), columns, rows, generation });
  const isOutOfMemory = watchMemory();
  const ended = agent.started(pty);
  // The agent runs, and whoever hears of a failure would start another one.
  try {
    terminal.attach(pty);
  } catch (error) {
    run.emit({ type: 'sensor.failed', sensor: 'guard', detail: oneLineOf(error) });
  }
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

interface LaunchCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/**
 * Builds the command of one launch, and writes the files that it needs.
 * @param pin the id for the conversation. Null: the arguments decide
 */
export function planLaunch(
  run: Run,
  agent: Agent,
  wire: Wire,
  args: readonly string[],
  pin: string | null,
): LaunchCommand {
  const { launch, paths, user } = run;
  const word = agent.hooks.renew();
  const injection = {
    runId: paths.run,
    lastingFolder: paths.lasting,
    secretFolder: run.secretFolder,
    sessionId: pin,
    spool: run.wantsHooks ? { folder: paths.spool, word } : null,
    proxyUrl: wire.tunnel?.url ?? null,
    storableProxyUrl: wire.tunnel?.storableUrl ?? null,
    print: run.unattended,
  };
  const { adapter, env } = launch;
  const plan = adapter.launchPlan(withCopies(run, args), env, user, injection, agent.program.version);
  makePrivateFolder(paths.lasting);
  for (const { path, text } of plan.files) if (!isThere(path, text)) replaceFileSync(path, text);
  return {
    file: launch.command,
    args: [...launch.named.slice(1), ...plan.args],
    env: { ...plan.env, ...ownMark(paths.run) },
    cwd: launch.cwd,
  };
}

/** Another guard's agent may be reading the file, so a file with the right content is left alone. */
function isThere(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}

const memoryLookMs = 60_000;

/**
 * To be called when an agent has been started.
 * @returns to be called at its end: whether the kernel ended it because memory ran out. What the kernel ended longer ago than
 *   two looks was another process; the agent's own end takes some seconds
 */
export function watchMemory(): (signal: string | null) => boolean {
  let last = outOfMemoryKills();
  let before = last;
  const looking = setInterval(() => {
    before = last;
    last = outOfMemoryKills();
  }, memoryLookMs).unref();
  return (signal) => {
    clearInterval(looking);
    return signal === 'SIGKILL' && outOfMemoryKills() > before;
  };
}
