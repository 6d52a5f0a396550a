/**
 * The person's own terminal: raw while we are here, exactly as before when we are gone, whatever ends us.
 *
 * One agent after the other is attached to it; bytes go straight through (`person-keys.ts`, `agent-output.ts`). The
 * guard itself writes only the window title while an agent lives, and text of its own (`say`) while none does.
 */
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { ReadStream } from 'node:tty';
import { onExit } from 'signal-exit';
import type { Observation } from '../events.ts';
import { createAgentOutput } from './agent-output.ts';
import { createJob } from './job.ts';
import { createModes } from './modes.ts';
import { createObservers, type Observers, type Passed } from './observers.ts';
import { openOutput } from './output.ts';
import { createPersonKeys, type PersonKeys } from './person-keys.ts';
import type { Pty, PtyExit } from './pty.ts';
import { inputRuns } from './vt/keys.ts';

export type PassedOnSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGQUIT';

export interface TerminalListener {
  /** input, input.blocked, terminal.suspended and the like. */
  observe(observation: Observation): void;
  /** The guard got this signal; the agent, if one is attached, is sent the same in the next moment. */
  signal(name: PassedOnSignal): void;
}

export interface Terminal
  extends Pick<PersonKeys, 'takeKept' | 'hold' | 'keptBytes' | 'wantsOut' | 'isMidKey'>,
    Pick<Observers, 'observe' | 'observeKeys' | 'listen'> {
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
  /** A sequence without a picture (bell, notification), between two sequences of the agent's. */
  inject(sequence: string): void;
  /** Our window title, above the agent's own; null brings the agent's back. */
  setTitle(title: string | null): void;
  /** Text of our own. Only while no agent is attached. */
  say(text: string): void;
  /** The terminal has changed its size, and the agent has been told. */
  observeSize(changed: () => void): void;
  /** Everything said and passed on has reached the terminal, or `limitMs` have passed. */
  flush(limitMs: number): Promise<void>;
  /** The terminal as it was before `start`; synchronous, safe to call twice, also called when the process ends. */
  restore(): void;
}

/** No agent has drawn anything so soon after its start. */
const bootMs = 20;
/** What the agent has written last is on the terminal by then, before the shell is. */
const beforeStopMs = 1_000;

const passedOn: readonly PassedOnSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

export function createTerminal(listener: TerminalListener): Terminal {
  const stdin = new ReadStream(0);
  const output = openOutput({
    blocked: () => listener.observe({ type: 'terminal.blocked' }),
    drained(told) {
      keys.agent?.resume();
      if (told) listener.observe({ type: 'terminal.drained' });
    },
    gone: () => onSignal('SIGHUP'),
  });
  const observers = createObservers(passed);
  const agentOutput = createAgentOutput(output, observers);
  const keys = createPersonKeys(observers, {
    pauseInput(paused) {
      inputPaused = paused;
      readInput();
    },
    observe: listener.observe,
  });
  const sizeObservers: (() => void)[] = [];
  let modes = createModes();
  let title: string | null = null;
  let started = false;
  let plainOutput = false;
  let inputPaused = false;
  let isStopped = false;
  let lastOutputAt = 0;
  let forgetExit: (() => void) | null = null;

  function passed(pieces: readonly Passed[]): void {
    for (const piece of pieces) {
      if (piece.from === 'agent') {
        lastOutputAt = performance.now();
        for (const sequence of piece.sequences) modes.follow(sequence);
        continue;
      }
      for (const { kind, bytes } of inputRuns(piece.tokens)) {
        listener.observe({ type: 'input', kind, bytes });
        if (kind === 'suspend') job.suspendKey();
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
    keys.agent?.resize(process.stdout.columns, process.stdout.rows);
    for (const changed of sizeObservers) changed();
  }

  function onSignal(name: PassedOnSignal): void {
    listener.signal(name);
    keys.agent?.kill(name);
  }

  const job = createJob({
    agent: () => keys.agent,
    modesOff: () => !modes.bracketedPaste,
    lastOutputAt: () => lastOutputAt,
    putModesAside() {
      observers.settle();
      const put = modes;
      output.writeNow(put.undo());
      return () => output.writeNow(put.redo());
    },
    flush: () => output.flush(beforeStopMs),
    giveBack() {
      listener.observe({ type: 'terminal.suspended' });
      isStopped = true;
      readInput();
      raw(false);
    },
    takeAgain() {
      raw(true);
      leaveOutputAlone();
      isStopped = false;
      readInput();
      onSize();
      listener.observe({ type: 'terminal.continued' });
    },
  });

  const handlers = passedOn.map((name) => [name, () => onSignal(name)] as const);

  function restore(): void {
    if (!started) return;
    started = false;
    forgetExit?.();
    job.stop();
    for (const [name, handler] of handlers) process.removeListener(name, handler);
    process.stdout.removeListener('resize', onSize);
    observers.settle();
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
      job.start();
      process.stdout.on('resize', onSize);
      raw(true);
      stdin.on('data', keys.read);
      stdin.on('error', () => onSignal('SIGHUP'));
      stdin.on('end', () => onSignal('SIGHUP'));
      readInput();
    },
    attach(pty) {
      modes = createModes(() => {
        if (title !== null) agentOutput.inject(titleBytes(title));
      });
      agentOutput.restart();
      keys.attach(pty);
      pty.onOutput((chunk) => {
        if (keys.agent !== pty) return; // taken from the terminal
        keys.agentWrote();
        if (!plainOutput && chunk.includes(0x0a)) leaveOutputAlone();
        if (!agentOutput.pass(chunk)) pty.pause();
      });
      pty.resize(process.stdout.columns, process.stdout.rows);
      setTimeout(leaveOutputAlone, bootMs);
      forgetExit ??= onExit(restore); // as late as this: it takes its time to load
    },
    detach(exit) {
      job.forgetKey();
      observers.settle();
      keys.detach();
      agentOutput.restart();
      output.write(modes.undo({ title: exit?.code !== 0 }));
      modes = createModes();
      if (title !== null) output.write(titleBytes(title));
    },
    takeKept: keys.takeKept,
    hold: keys.hold,
    get keptBytes() {
      return keys.keptBytes;
    },
    get wantsOut() {
      return keys.wantsOut;
    },
    get isMidKey() {
      return keys.isMidKey;
    },
    inject: agentOutput.inject,
    setTitle(next) {
      if (next === title) return;
      title = next;
      agentOutput.inject(titleBytes(next ?? modes.title ?? ''));
    },
    say(text) {
      output.write(text.replace(/\r?\n/g, '\r\n')); // nobody adds the carriage returns
    },
    observe: observers.observe,
    observeKeys: observers.observeKeys,
    listen: observers.listen,
    observeSize: (changed) => void sizeObservers.push(changed),
    flush: output.flush,
    restore,
  };
}
