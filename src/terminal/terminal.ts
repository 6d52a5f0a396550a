/**
 * The person's own terminal: raw while we are here, exactly as before when we are gone, whatever ends us.
 *
 * One agent after the other is attached to it; bytes go straight through (passthrough.ts). The guard itself writes
 * only the window title while an agent lives, and text of its own (`say`) while none does.
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { ReadStream } from 'node:tty';
import { onExit } from 'signal-exit';
import type { Observation } from '../events.ts';
import { inputRuns } from './input.ts';
import { stopJob, watchSuspend } from './job.ts';
import { createModes } from './modes.ts';
import { openOutput } from './output.ts';
import { createPassthrough, type KeyObserver, type Observer, type Passed } from './passthrough.ts';
import type { Pty, PtyExit } from './pty.ts';

export type PassedOnSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

export interface TerminalListener {
  /** input, input.blocked, terminal.suspended and the like. */
  observe(observation: Observation): void;
  /** The guard got this signal; the agent, if one is attached, is sent the same in the next moment. */
  signal(name: PassedOnSignal): void;
}

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  /** Raw mode, signals and size changes; the person's bytes are kept until an agent is attached. */
  start(): void;
  /** Gives this agent the terminal, at the terminal's present size. */
  attach(pty: Pty): void;
  /**
   * Takes the terminal from the agent: its last words are dropped if it still lives. The modes that it left on are
   * undone; only the title stays of one that has ended well by itself. 1.0.56 leaves bracketed paste on even then.
   */
  detach(exit?: PtyExit): void;
  /** What the person typed while no agent was attached; handed out once. */
  takeKept(): Buffer;
  /** While held, the person's bytes are kept although an agent is attached; letting go hands them to it, in order. */
  hold(held: boolean): void;
  /** How many of the person's bytes are kept. */
  readonly keptBytes: number;
  /** Ctrl+C or Ctrl+D has been pressed since the bytes are held. */
  readonly wantsOut: boolean;
  /** The person is in the middle of a paste or a sequence: nothing can be typed at the agent now. */
  readonly isMidKey: boolean;
  /** A sequence without a picture (bell, notification), between two sequences of the agent's. */
  inject(sequence: string): void;
  /** Our window title, above the agent's own; null brings the agent's back. */
  setTitle(title: string | null): void;
  /** Text of our own. Only while no agent is attached. */
  say(text: string): void;
  /** The output as it was passed on, a few milliseconds later. */
  observe(output: Observer): void;
  /** The person's keys, passed on or kept, a few milliseconds later. */
  observeKeys(keys: KeyObserver): void;
  /** Output in the very turn in which it was passed on, for what an agent must be answered at once. Must be cheap. */
  listen(output: Observer): void;
  /** The terminal has changed its size, and the agent has been told. */
  observeSize(changed: () => void): void;
  /** Everything said and passed on has reached the terminal, or `limitMs` have passed. */
  flush(limitMs: number): Promise<void>;
  /** The terminal as it was before `start`; synchronous, safe to call twice, also called when the process ends. */
  restore(): void;
}

/** No agent has drawn anything so soon after its start. */
const BOOT_MS = 20;

const passedOn: readonly PassedOnSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

export function createTerminal(listener: TerminalListener): Terminal {
  const stdin = new ReadStream(0);
  const output = openOutput({
    blocked: () => listener.observe({ type: 'terminal.blocked' }),
    drained(told) {
      passthrough.outputDrained();
      if (told) listener.observe({ type: 'terminal.drained' });
    },
    gone: () => onSignal('SIGHUP'),
  });
  const passthrough = createPassthrough(output, {
    pauseInput(paused) {
      inputPaused = paused;
      readInput();
    },
    observe: listener.observe,
    passing(chunk) {
      if (!plainOutput && chunk.includes(0x0a)) leaveOutputAlone();
    },
    passed,
  });
  const sizeObservers: (() => void)[] = [];
  let modes = createModes();
  let title: string | null = null;
  let started = false;
  let plainOutput = false;
  let inputPaused = false;
  let isStopped = false;
  let lastOutputAt = 0;
  let suspending: { cancel(): void } | undefined;
  let forgetExit: (() => void) | null = null;

  /** In order: whether the agent had its modes on when Ctrl+Z came decides what its giving them back means. */
  function passed(pieces: readonly Passed[]): void {
    for (const piece of pieces) {
      if (piece.from === 'agent') {
        lastOutputAt = performance.now();
        modes.feed(piece.chunk);
        continue;
      }
      for (const { kind, bytes } of inputRuns(piece.tokens)) {
        listener.observe({ type: 'input', kind, bytes });
        if (kind === 'suspend') void suspendWithAgent();
      }
    }
  }

  const titleBytes = (text: string) => `\x1b]0;${text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}\x07`;

  /**
   * libuv's raw mode leaves output processing on, which would turn the agent's `\n` into `\r\n` a second time. It is
   * switched off while the agent boots, as that takes some milliseconds, or else before its first `\n`.
   */
  function leaveOutputAlone(): void {
    if (plainOutput || !stdin.isRaw) return;
    spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
    plainOutput = true;
  }

  function readInput(): void {
    if (inputPaused || isStopped) stdin.pause();
    else stdin.resume();
  }

  function raw(on: boolean): void {
    stdin.setRawMode(on);
    plainOutput = false;
  }

  function onSize(): void {
    passthrough.attached?.resize(process.stdout.columns, process.stdout.rows);
    for (const changed of sizeObservers) changed();
  }

  function onSignal(name: PassedOnSignal): void {
    listener.signal(name);
    passthrough.attached?.kill(name);
  }

  async function suspendWithAgent(): Promise<void> {
    const agent = passthrough.attached;
    if (!agent || suspending) return;
    const watch = watchSuspend({
      pid: agent.pid,
      modesOff: () => !modes.bracketedPaste,
      lastOutputAt: () => lastOutputAt,
    });
    suspending = watch;
    if ((await watch.suspended) && passthrough.attached === agent) await suspend(agent);
    suspending = undefined;
  }

  /** SIGTSTP from outside: the agent knows nothing of it, so its modes are put aside and brought up again. */
  async function onStop(): Promise<void> {
    const agent = passthrough.attached;
    passthrough.settle();
    const put = modes;
    output.writeNow(put.undo());
    if (agent) await suspend(agent);
    else await stopped();
    output.writeNow(put.redo());
    if (agent && passthrough.attached === agent) repaint(agent);
  }

  async function suspend(agent: Pty): Promise<void> {
    await output.flush(1_000);
    agent.kill('SIGSTOP');
    await stopped();
    agent.kill('SIGCONT');
  }

  async function stopped(): Promise<void> {
    listener.observe({ type: 'terminal.suspended' });
    isStopped = true;
    readInput();
    raw(false);
    process.removeListener('SIGTSTP', onStop);
    await stopJob();
    process.on('SIGTSTP', onStop);
    raw(true);
    leaveOutputAlone();
    isStopped = false;
    readInput();
    onSize();
    listener.observe({ type: 'terminal.continued' });
  }

  /** An agent repaints everything when its size changes; the same size again is no change. */
  function repaint(agent: Pty): void {
    agent.resize(process.stdout.columns, Math.max(1, process.stdout.rows - 1));
    agent.resize(process.stdout.columns, process.stdout.rows);
  }

  const handlers = passedOn.map((name) => [name, () => onSignal(name)] as const);

  function restore(): void {
    if (!started) return;
    started = false;
    forgetExit?.();
    suspending?.cancel();
    for (const [name, handler] of handlers) process.removeListener(name, handler);
    process.removeListener('SIGTSTP', onStop);
    process.stdout.removeListener('resize', onSize);
    passthrough.settle();
    output.writeNow(modes.undo() + (title === null ? '' : '\x1b]0;\x07'));
    stdin.setRawMode(false);
    stdin.destroy();
  }

  return {
    get columns() {
      return process.stdout.columns;
    },
    get rows() {
      return process.stdout.rows;
    },
    start() {
      started = true;
      for (const [name, handler] of handlers) process.on(name, handler);
      process.on('SIGTSTP', onStop);
      process.stdout.on('resize', onSize);
      raw(true);
      stdin.on('data', (chunk: Buffer) => passthrough.fromPerson(chunk));
      stdin.on('error', () => onSignal('SIGHUP'));
      stdin.on('end', () => onSignal('SIGHUP'));
      readInput();
    },
    attach(pty) {
      modes = createModes(() => {
        if (title !== null) passthrough.inject(titleBytes(title));
      });
      passthrough.attach(pty);
      pty.resize(process.stdout.columns, process.stdout.rows);
      setTimeout(leaveOutputAlone, BOOT_MS);
      forgetExit ??= onExit(restore); // as late as this: it takes its time to load
    },
    detach(exit) {
      suspending?.cancel();
      passthrough.settle();
      passthrough.detach();
      output.write(modes.undo({ title: exit?.code !== 0 }));
      modes = createModes();
      if (title !== null) output.write(titleBytes(title));
    },
    takeKept: passthrough.takeKept,
    hold: passthrough.hold,
    get keptBytes() {
      return passthrough.keptBytes;
    },
    get wantsOut() {
      return passthrough.wantsOut;
    },
    get isMidKey() {
      return passthrough.isMidKey;
    },
    inject: passthrough.inject,
    setTitle(next) {
      if (next === title) return;
      title = next;
      passthrough.inject(titleBytes(next ?? modes.title ?? ''));
    },
    say(text) {
      output.write(text.replace(/\r?\n/g, '\r\n')); // nobody adds the carriage returns
    },
    observe: passthrough.observe,
    observeKeys: passthrough.observeKeys,
    listen: passthrough.listen,
    observeSize: (changed) => void sizeObservers.push(changed),
    flush: output.flush,
    restore,
  };
}
