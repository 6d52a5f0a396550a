/**
 * Job control: what Ctrl+Z and `fg` do to a program with a terminal inside a program with a terminal.
 *
 * The agent leads a session of its own, so its process group is orphaned, and the kernel discards the SIGTSTP by which
 * the agent would stop itself. 2.1.329 and 2.1.197 undo their modes, say that they are suspended, and then just wait
 * for SIGCONT. 2.1.42 and 1.0.56 use SIGSTOP and do stop. In both cases the guard must stop the shell's job, which is
 * its own process group, as the kernel does on Ctrl+Z in a plain program.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import type { Pty } from './pty.ts';

/** How long the agent may take to suspend itself after Ctrl+Z. */
const suspendMs = 3_000;
const lookEveryMs = 25;
/** An agent that has undone its modes and is silent for this long has suspended itself, not just repainted. */
const quietMs = 60;
/** If we are still running after this, the job cannot be stopped (there is no shell above us), and we go on. */
const stopMs = 100;

/** What job control needs of the terminal. */
export interface JobTerminal {
  /** The agent that has the terminal now. */
  readonly agent: () => Pty | null;
  /** The agent has given its terminal modes back. */
  readonly modesOff: () => boolean;
  /** `performance.now()` of its last output. */
  readonly lastOutputAt: () => number;
  /** Undoes the modes of an agent that does not know it is stopped. @returns a function that switches them on again */
  putModesAside(): () => void;
  /** Resolves once everything passed on has reached the terminal, before the shell's prompt does. */
  flush(): Promise<void>;
  /** Restores the terminal as the shell had it. */
  giveBack(): void;
  takeBack(): void;
}

export interface Job {
  /** From now on, a SIGTSTP from outside stops the agent as well. */
  start(): void;
  /** The person has pressed Ctrl+Z. The agent gets it like any other key. */
  suspendKey(): void;
  /** The agent is about to go, so it will not suspend itself any more. */
  forgetKey(): void;
  stop(): void;
}

export function createJob(terminal: JobTerminal): Job {
  let suspending: { cancel(): void } | undefined;

  async function suspendWithAgent(): Promise<void> {
    const agent = terminal.agent();
    if (!agent || suspending) return;
    const watch = watchSuspend(agent.pid, terminal);
    suspending = watch;
    const isSuspended = await watch.suspended;
    if (isSuspended) await terminal.flush();
    if (isSuspended && terminal.agent() === agent) await suspend(agent);
    suspending = undefined;
  }

  /** SIGTSTP from outside. The agent knows nothing of it, so we undo its modes, and switch them on again afterwards. */
  async function onStop(): Promise<void> {
    const agent = terminal.agent();
    const restoreModes = terminal.putModesAside();
    await terminal.flush();
    if (agent) await suspend(agent);
    else await stopped();
    restoreModes();
    if (agent && terminal.agent() === agent) repaint(agent);
  }

  async function suspend(agent: Pty): Promise<void> {
    agent.kill('SIGSTOP');
    await stopped();
    agent.kill('SIGCONT');
  }

  async function stopped(): Promise<void> {
    terminal.giveBack();
    process.removeListener('SIGTSTP', onStop);
    await stopJob();
    process.on('SIGTSTP', onStop);
    terminal.takeBack();
  }

  return {
    start: () => void process.on('SIGTSTP', onStop),
    suspendKey: () => void suspendWithAgent(),
    forgetKey: () => suspending?.cancel(),
    stop() {
      suspending?.cancel();
      process.removeListener('SIGTSTP', onStop);
    },
  };
}

/** Makes the agent repaint everything, which it does when its size changes. */
function repaint(agent: Pty): void {
  const { columns, rows } = process.stdout;
  agent.resize(columns, Math.max(1, rows - 1));
  agent.resize(columns, rows);
}

/** Called after a suspend key. Resolves with true once the agent has suspended itself, with false if it does not. */
function watchSuspend(
  pid: number,
  { modesOff, lastOutputAt }: JobTerminal,
): { readonly suspended: Promise<boolean>; cancel(): void } {
  const until = performance.now() + suspendMs;
  const hadModes = !modesOff();
  let finish = (_suspended: boolean): void => {};
  const suspended = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  const timer = setInterval(() => {
    const now = performance.now();
    const gaveUpModes = hadModes && modesOff() && now - lastOutputAt() >= quietMs;
    if (gaveUpModes || isStopped(pid)) end(true);
    else if (now > until) end(false);
  }, lookEveryMs);
  const end = (result: boolean) => {
    clearInterval(timer);
    finish(result);
  };
  return { suspended, cancel: () => end(false) };
}

/** Stops this process group as Ctrl+Z does. Resolves when it goes on, or soon if it cannot be stopped. */
function stopJob(): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      process.removeListener('SIGCONT', goOn);
      resolve();
    };
    process.on('SIGCONT', goOn);
    process.kill(0, 'SIGTSTP');
    const timer = setTimeout(goOn, stopMs);
  });
}

/** Only Linux offers this cheaply. Elsewhere, the agent's modes must suffice. */
function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  } catch {
    return false;
  }
}
