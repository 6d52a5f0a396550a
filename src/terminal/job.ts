/**
 * Job control: what Ctrl+Z and `fg` do to a program with a terminal inside a program with a terminal.
 *
 * The agent leads a session of its own, so its process group is orphaned, and the kernel discards the SIGTSTP by which
 * the agent would stop itself. 2.1.329 and 2.1.197 undo their modes, say that they are suspended, and then just wait
 * for SIGCONT. 2.1.42 and 1.0.56 use SIGSTOP and do stop. In both cases the guard must stop the shell's job, which is
 * its own process group, as the kernel does on Ctrl+Z in a plain program.
 */
import { performance } from 'node:perf_hooks';
import { isInBackground, isStopped } from '../platform/job-control.ts';
import type { Pty } from './pty.ts';

/** How long an agent is looked at after Ctrl+Z for whether it is stopped. After that, only its output tells. */
const lookMs = 3_000;
const lookEveryMs = 25;
/** An agent that draws so long after it was given Ctrl+Z has read that, unless it has just stopped hanging. */
const readMs = 1_000;
/** An agent that has undone its modes and is silent for this long has suspended itself, not just repainted. */
const quietMs = 60;
/** If we are still running after this, the job cannot be stopped (there is no shell above us), and we go on. */
const stopMs = 100;
/**
 * Of signals sent together (`kill %1` sends one to end and one to go on), the second may be heard first, by so much.
 */
const apartMs = 20;

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
  /** A signal has told us to end. */
  readonly isEnding: () => boolean;
}

export interface Job {
  /** From now on, a SIGTSTP from outside stops the agent as well. */
  start(): void;
  /** The agent has been given a key, as it came or after it was held. */
  keyGiven(isSuspend: boolean): void;
  /** The agent has written something. */
  drew(): void;
  /** The agent is about to go, so it will not suspend itself any more. */
  forgetKey(): void;
  stop(): void;
}

export function createJob(terminal: JobTerminal): Job {
  /** The agent was given a suspend key, and may still obey. */
  let watch: SuspendWatch | null = null;
  let isStopping = false;

  function suspendKey(): void {
    const agent = terminal.agent();
    if (agent === null) return;
    watch ??= watchSuspend(agent.pid, terminal, () => void suspendWith(agent));
    watch.pressed();
  }
  function forgetKey(): void {
    watch?.end();
    watch = null;
  }
  async function suspendWith(agent: Pty): Promise<void> {
    await unlessStopping(async () => {
      await terminal.flush();
      if (terminal.agent() === agent) await suspend(agent);
    });
    forgetKey();
  }

  /** SIGTSTP from outside. The agent knows nothing of it, so we undo its modes, and switch them on again afterwards. */
  const onStop = () =>
    unlessStopping(async () => {
      const agent = terminal.agent();
      const restoreModes = terminal.putModesAside();
      await terminal.flush();
      if (agent) await suspend(agent);
      else await stopped();
      if (terminal.isEnding() || terminal.agent() !== agent) return; // nobody wants the modes of one that is gone
      restoreModes();
      if (agent) repaint(agent);
    });

  /** Whoever asks for a stop while one is under way gets that one. */
  async function unlessStopping(stop: () => Promise<void>): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    try {
      await stop();
    } finally {
      isStopping = false;
    }
  }

  async function suspend(agent: Pty): Promise<void> {
    agent.kill('SIGSTOP');
    await stopped();
    agent.kill('SIGCONT');
  }

  /** To take the terminal in the background would stop us for good: no signal is heard in the middle of that. */
  async function stopped(): Promise<void> {
    terminal.giveBack();
    process.removeListener('SIGTSTP', onStop);
    do await stopJob();
    while (!terminal.isEnding() && isInBackground());
    process.on('SIGTSTP', onStop);
    if (!terminal.isEnding()) terminal.takeBack(); // else the shell keeps it
  }

  return {
    start: () => void process.on('SIGTSTP', onStop),
    keyGiven(isSuspend) {
      if (isSuspend) suspendKey();
      else if (watch?.isOver) forgetKey();
    },
    drew: () => watch?.drew(),
    forgetKey,
    stop() {
      forgetKey();
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

interface SuspendWatch {
  /** The agent has been given a suspend key. */
  pressed(): void;
  /** It has written something. */
  drew(): void;
  /** It goes on after the key, so it will not obey any more: what a later key does to its modes is not this. */
  readonly isOver: boolean;
  end(): void;
}

/**
 * Calls back once when the agent has suspended itself. There is no time limit: an agent that hangs reads the key only
 * when it has stopped hanging.
 */
function watchSuspend(
  pid: number,
  { modesOff, lastOutputAt }: JobTerminal,
  suspended: () => void,
): SuspendWatch {
  let hadModes = false;
  let pressedAt = 0;
  let isOver = false;
  let isSuspended = false;
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const gaveUpModes = () => hadModes && modesOff();
  function look(): void {
    const now = performance.now();
    // Elsewhere than on Linux, the agent's modes must suffice.
    isSuspended = (gaveUpModes() && now - lastOutputAt() >= quietMs) || isStopped(pid);
    if (isSuspended || (now - pressedAt > lookMs && !gaveUpModes())) end();
    if (isSuspended) suspended();
  }
  const keepLooking = () => {
    if (!isSuspended) timer ??= setInterval(look, lookEveryMs);
  };
  return {
    pressed() {
      pressedAt = performance.now();
      isOver = false;
      hadModes ||= !modesOff();
      keepLooking();
    },
    drew() {
      hadModes ||= !modesOff();
      if (gaveUpModes()) keepLooking();
      else isOver ||= performance.now() - pressedAt >= readMs;
    },
    get isOver() {
      return isOver;
    },
    end,
  };
}

/** Stops this process group as Ctrl+Z does. Resolves when it goes on, or soon if it cannot be stopped. */
function stopJob(): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      process.removeListener('SIGCONT', goOn);
      setTimeout(resolve, apartMs);
    };
    process.on('SIGCONT', goOn);
    process.kill(0, 'SIGTSTP');
    const timer = setTimeout(goOn, stopMs);
  });
}
