/**
 * The person's own terminal: raw while we run, and exactly as before once we are gone, whatever ends us.
 *
 * One agent after another is attached to it; bytes go straight through (`person-keys.ts`, `agent-output.ts`). The
 * guard itself writes only the window title while an agent lives, and text of its own (`say`) while none does.
 */
import { onExit } from 'signal-exit';
import type { Observation } from '../events.ts';
import { type EndingSignal, endingSignals } from '../platform/ending-signals.ts';
import { type AgentOutput, createAgentOutput } from './agent-output.ts';
import { createJob } from './job.ts';
import { openLine } from './line.ts';
import { createObservers, type Observers } from './observers.ts';
import { openOutput } from './output.ts';
import { createPersonKeys, type PersonKeys } from './person-keys.ts';
import type { Pty, PtyExit } from './pty.ts';
import { inputRuns } from './vt/keys.ts';

export interface TerminalListener {
  /** input, input.blocked, terminal.suspended and the like. */
  observe(observation: Observation): void;
  /** The guard got this signal. The agent, if one is attached, is sent the same one right after this call. */
  signal(name: EndingSignal): void;
  /** The agent takes all that comes in one read key by key. */
  splitsReads(): boolean;
}

export interface Terminal
  extends Pick<
      PersonKeys,
      | 'takeKept'
      | 'dropKept'
      | 'settle'
      | 'hold'
      | 'quiet'
      | 'keptBytes'
      | 'isInterrupted'
      | 'wantsOut'
      | 'isMidKey'
    >,
    Pick<Observers, 'observe' | 'observeKeys' | 'listen' | 'pull'>,
    Pick<AgentOutput, 'inject' | 'setTitle'> {
  readonly columns: number;
  readonly rows: number;
  /** Raw mode, signals and size changes; the person's bytes are kept until an agent is attached. */
  start(): void;
  /** Gives this agent the terminal, at the terminal's present size. */
  attach(pty: Pty): void;
  /**
   * Takes the terminal from the agent. If it is still alive, its last output is dropped. The modes that it left on are
   * undone, but the title of one that has ended well by itself stays. 1.0.56 leaves bracketed paste on even then.
   */
  detach(exit?: PtyExit): void;
  /** Text of our own. Only while no agent is attached. */
  say(text: string): void;
  /** The terminal has changed its size, and the agent has been told. */
  observeSize(changed: () => void): void;
  /** Resolves once everything said and passed on has reached the terminal, or the terminal is gone. */
  flush(): Promise<void>;
  /**
   * Restores the terminal as it was before `start`. It is the person's from now on: nothing more of ours is written,
   * and Ctrl+C is not for us. Synchronous, safe to call twice, also called on process exit.
   */
  restore(): void;
  /** Signals end the process from now on, as before `start`. */
  close(): void;
}

/** No agent has drawn anything this soon after its start. */
const bootMs = 20;

export function createTerminal(listener: TerminalListener): Terminal {
  const line = openLine((chunk) => keys.read(chunk));
  const output = openOutput({
    blocked: () => listener.observe({ type: 'terminal.blocked' }),
    drained(told) {
      keys.agent?.resume();
      if (told) listener.observe({ type: 'terminal.drained' });
    },
    gone: () => onSignal('SIGHUP'),
  });
  const observers = createObservers({
    wrote(sequences) {
      agentOutput.follow(sequences);
      job.drew();
    },
    typed(tokens) {
      const isKept = keys.agent === null || keys.keptBytes > 0;
      for (const { kind, bytes } of inputRuns(tokens))
        listener.observe({ type: 'input', kind, bytes, ...(isKept && { kept: true }) });
    },
  });
  const agentOutput = createAgentOutput(output, observers, (pty, chunk) => {
    if (keys.agent !== pty) return false;
    keys.agentWrote();
    line.beforeOutput(chunk);
    return true;
  });
  const keys = createPersonKeys(observers, {
    pauseInput: (paused) => line.stopInput('backlog', paused),
    observe: listener.observe,
    splitsReads: listener.splitsReads,
    gave(tokens) {
      const kinds = inputRuns(tokens).map(({ kind }) => kind);
      if (kinds.some((kind) => kind !== 'report')) job.keyGiven(kinds.includes('suspend'));
    },
  });
  const sizeObservers: (() => void)[] = [];
  /** From `start` until it is restored. */
  let isOurs = false;
  /** A signal has told us to end. */
  let isEnding = false;
  let forgetExit: (() => void) | null = null;

  function onSize(): void {
    keys.agent?.resize(process.stdout.columns, process.stdout.rows);
    for (const changed of sizeObservers) changed();
  }

  function onSignal(name: EndingSignal): void {
    // The shell is not back yet, so what the person types at it interrupts us.
    if (!isOurs && (name === 'SIGINT' || name === 'SIGQUIT')) return;
    isEnding = true;
    listener.signal(name);
    keys.agent?.kill(name);
  }

  const job = createJob({
    agent: () => keys.agent,
    modesOff() {
      observers.settle();
      return !agentOutput.marksPastes;
    },
    lastOutputAt: () => agentOutput.lastAt,
    putModesAside() {
      observers.settle();
      return agentOutput.putModesAside();
    },
    flush: output.flush,
    giveBack() {
      listener.observe({ type: 'terminal.suspended' });
      line.stopInput('suspended', true);
      line.setRaw(false);
    },
    takeBack() {
      line.setRaw(true);
      line.leaveOutputAlone();
      line.stopInput('suspended', false);
      process.emit('SIGWINCH', 'SIGWINCH'); // meanwhile the kernel has told the shell, and node looks only when told
      listener.observe({ type: 'terminal.continued' });
    },
    isEnding: () => isEnding,
  });

  const handlers = endingSignals.map((name) => [name, () => onSignal(name)] as const);

  function restore(): void {
    if (!isOurs) return;
    isOurs = false;
    forgetExit?.();
    job.stop();
    process.stdout.removeListener('resize', onSize);
    observers.settle();
    output.writeNow(agentOutput.undo());
    line.setRaw(false);
    line.input.destroy();
  }

  return {
    get columns() {
      return process.stdout.columns;
    },
    get rows() {
      return process.stdout.rows;
    },
    start() {
      isOurs = true;
      for (const [name, handler] of handlers) process.on(name, handler);
      job.start();
      process.stdout.on('resize', onSize);
      line.setRaw(true);
      line.input.on('error', () => onSignal('SIGHUP'));
      line.input.on('end', () => onSignal('SIGHUP'));
      line.input.resume();
    },
    attach(pty) {
      keys.attach(pty);
      agentOutput.attach(pty);
      pty.resize(process.stdout.columns, process.stdout.rows);
      setTimeout(line.leaveOutputAlone, bootMs);
      forgetExit ??= onExit(restore); // only now, because it takes some time
    },
    detach(exit) {
      job.forgetKey();
      observers.settle();
      keys.detach();
      agentOutput.detach(exit);
    },
    takeKept: keys.takeKept,
    dropKept: keys.dropKept,
    settle: keys.settle,
    hold: keys.hold,
    quiet: keys.quiet,
    get keptBytes() {
      return keys.keptBytes;
    },
    get isInterrupted() {
      return keys.isInterrupted;
    },
    get wantsOut() {
      return keys.wantsOut;
    },
    get isMidKey() {
      return keys.isMidKey;
    },
    inject(text) {
      if (isOurs) agentOutput.inject(text);
    },
    setTitle(title) {
      if (isOurs) agentOutput.setTitle(title);
    },
    say(text) {
      if (isOurs) output.write(text.replace(/\r?\n/g, '\r\n')); // in raw mode nobody else adds the carriage returns
    },
    observe: observers.observe,
    observeKeys: observers.observeKeys,
    listen: observers.listen,
    pull: observers.pull,
    observeSize: (changed) => void sizeObservers.push(changed),
    flush: output.flush,
    restore,
    close() {
      for (const [name, handler] of handlers) process.removeListener(name, handler);
    },
  };
}
