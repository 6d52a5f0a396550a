/**
 * Job control: what Ctrl+Z and `fg` do to a program with a terminal inside a program with a terminal.
 *
 * The agent is the leader of a session of its own, so its process group is orphaned and the kernel discards the
 * SIGTSTP by which it would stop itself: 2.1.329 and 2.1.197 clean up their modes, say that they are suspended, and
 * then just wait for SIGCONT; 2.1.42 and 1.0.56 use SIGSTOP and do stop. Either way the guard must stop the shell's
 * job, which is its own process group, as the kernel does on Ctrl+Z in a plain program.
 */
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** How long after Ctrl+Z the agent may take to suspend itself. */
const SUSPEND_WINDOW_MS = 3_000;
const LOOK_EVERY_MS = 25;
/** Without its modes and silent for this long: it has suspended itself, not just repainted. */
const QUIET_MS = 60;
/** Where the whole job cannot be stopped (no shell above us) we are simply still here after this. */
const STOP_WINDOW_MS = 100;

export interface AgentView {
  readonly pid: number;
  /** It has given its terminal modes back. */
  readonly modesOff: () => boolean;
  /** `performance.now()` of its last output. */
  readonly lastOutputAt: () => number;
}

/** After a suspend key: resolves true once the agent has suspended itself, false if it does not. */
export function watchSuspend(agent: AgentView): { readonly suspended: Promise<boolean>; cancel(): void } {
  const until = performance.now() + SUSPEND_WINDOW_MS;
  const hadModes = !agent.modesOff();
  let finish = (_suspended: boolean): void => {};
  const suspended = new Promise<boolean>((resolve) => {
    finish = resolve;
  });
  const timer = setInterval(() => {
    const now = performance.now();
    const gaveUpModes = hadModes && agent.modesOff() && now - agent.lastOutputAt() >= QUIET_MS;
    if (gaveUpModes || isStopped(agent.pid)) end(true);
    else if (now > until) end(false);
  }, LOOK_EVERY_MS);
  const end = (result: boolean) => {
    clearInterval(timer);
    finish(result);
  };
  return { suspended, cancel: () => end(false) };
}

/** Stops this process group as Ctrl+Z does. Resolves when it goes on, or at once where it cannot be stopped. */
export function stopJob(): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      process.removeListener('SIGCONT', goOn);
      resolve();
    };
    process.on('SIGCONT', goOn);
    process.kill(0, 'SIGTSTP');
    const timer = setTimeout(goOn, STOP_WINDOW_MS);
  });
}

/** Only Linux tells cheaply; elsewhere the agent's modes must do. */
function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.charAt(stat.lastIndexOf(')') + 2) === 'T';
  } catch {
    return false;
  }
}
