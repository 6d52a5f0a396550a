/**
 * Passes the person's keys on to the agent in the same turn in which they arrive, or keeps them while no agent may have
 * them. If the agent does not keep up, the terminal is paused, so that nothing is lost and memory stays bounded.
 */
import { performance } from 'node:perf_hooks';
import type { Observation } from '../events.ts';
import { betweenBurstsMs, createHeldKeys } from './held-keys.ts';
import { createKeystrokes, type Keystroke, sourceOf } from './keystrokes.ts';
import type { Observers } from './observers.ts';
import type { Pty } from './pty.ts';
import { keyOf } from './vt/keys.ts';
import { endsInTime, type Token } from './vt/tokens.ts';

export interface PersonKeys {
  /** The terminal has sent this chunk. */
  read(chunk: Buffer): void;
  /** From now on, the keys are for this agent. */
  attach(pty: Pty): void;
  /** From now on, the keys are kept. */
  detach(): void;
  /** The agent that gets the keys. */
  readonly agent: Pty | null;
  /**
   * The agent has written, and may have asked the terminal something, so it gets the terminal's reports from now on.
   */
  agentWrote(): void;
  /**
   * Hands out, once, what the person typed while no agent was there. Nor does the next agent get the rest of an open
   * paste or sequence, which it would read as keys.
   */
  takeKept(): Buffer;
  /** Nobody gets what is kept, except the keys by which the person wants to leave. */
  dropKept(): Dropped;
  /** The observers get now the keys that they have not got yet. */
  settle(): void;
  /**
   * While held, what the person types is kept even though an agent is there. Once everybody who holds it has released
   * it, the agent gets it, in order, and each Enter and Esc in a write of its own, as it was pressed. What the terminal
   * answers is not held.
   */
  hold(): Release;
  /**
   * The guard is about to press Esc. What the agent reads together with it would make another key of both, so for a
   * moment it gets not even the terminal's reports. The same goes for an Esc that was held.
   */
  quiet(): void;
  /** What the person has typed and no agent has got. */
  readonly keptBytes: number;
  /** Ctrl+C has been pressed since the hold began. */
  readonly isInterrupted: boolean;
  /** Ctrl+C has been pressed since the hold began, or Ctrl+D at an agent that takes keys. */
  readonly wantsOut: boolean;
  /** The person is in the middle of a paste or a sequence: nothing can be typed at the agent now. */
  readonly isMidKey: boolean;
}

export interface Dropped {
  /** Of the keys that were held, the agent has got these. */
  readonly given: readonly Token[];
  readonly dropped: readonly Token[];
}

/** Ends a hold, once. @param mayGive asked before each write to the agent; false: not yet. The last one counts */
export type Release = (mayGive?: () => boolean) => void;

/** Where the keys come from, and where they go. */
export interface KeySource {
  pauseInput(paused: boolean): void;
  observe(observation: Observation): void;
  /** The agent takes all that comes in one read key by key. */
  splitsReads(): boolean;
  /** The agent has been given these keys, now or after they were held. */
  gave(keys: readonly Token[]): void;
}

/**
 * More than anybody pastes. Beyond this, the terminal is paused while the keys are held. While no agent is there,
 * further bytes are read but not kept, so that Ctrl+C is noticed; they end up only in the draft.
 */
const maxKeptBytes = 16_777_216;

const isInterrupt = (token: Token): boolean => keyOf(token) === 'interrupt';

export function createPersonKeys(
  observers: Pick<Observers, 'typed' | 'settle'>,
  source: KeySource,
): PersonKeys {
  let agent: Pty | null = null;
  const kept = createHeldKeys();
  let holders = 0;
  let mayGive = (): boolean => true;
  /** Set while the agent is being given what was kept. */
  let nextBurst: NodeJS.Timeout | null = null;
  /** What it has got of that. */
  let given: readonly Token[] = [];
  let isInterrupted = false;
  let wantsOut = false;
  /** The agent does not read, and its queue is full. */
  let isBacklogged = false;
  let isPaused = false;
  /** The agent follows another one and has not written anything, so it has asked the terminal nothing. */
  let isMute = false;
  let hadAgent = false;
  /** Set while the agent is to read the guard's Esc by itself. */
  let quietTimer: NodeJS.Timeout | null = null;
  /** The terminal's reports that wait for that. */
  let reports: Buffer[] = [];
  const keystrokes = createKeystrokes();
  let timer: NodeJS.Timeout | undefined;

  /** The agent gets all that comes at once, as it comes. */
  const isStraight = () => agent !== null && !isMute && holders === 0 && nextBurst === null;

  function tell(tokens: readonly Token[]): void {
    if (tokens.length > 0) {
      isInterrupted ||= holders > 0 && tokens.some(isInterrupt);
      wantsOut ||= isInterrupted || (holders > 0 && tokens.some(isWayOut));
      observers.typed(tokens);
    }
    clearTimeout(timer);
    const { dueAt } = keystrokes;
    // Bytes already waiting in the terminal are read first, so that a busy guard does not take half a sequence for a
    // key.
    if (dueAt !== null)
      timer = setTimeout(() => setImmediate(expire), Math.max(1, dueAt - performance.now()));
  }
  function expire(): void {
    sort(keystrokes.expire(performance.now()));
  }

  /**
   * A next agent's terminal may not be raw yet, even if it has written something. Then Ctrl+D would not be a key: it
   * would end the agent's input for good, and no key could end the agent any more (1.0.44).
   */
  function isWayOut(token: Token): boolean {
    return isInterrupt(token) || (keyOf(token) === 'exit' && !isMute && (agent?.takesKeys() ?? true));
  }

  /**
   * What the person has typed may have to wait. The agent waits for what the terminal answers, so it gets that at once.
   * It gets none of the mouse's reports while keys wait: later, they would be about a picture that is gone.
   */
  function sort(strokes: readonly Keystroke[]): void {
    tell(strokes.map(({ token }) => token));
    const typed: Keystroke[] = [];
    for (const stroke of strokes) {
      const { token, bytes, isRest } = stroke;
      const from = sourceOf(token);
      const getsReports = agent !== null && !isMute;
      // The next agent must not get what the previous one has asked for: it would read that as keys.
      if (bytes.length === 0 || (keyOf(token) === 'report' && !getsReports)) continue;
      if (agent !== null && getsReports && from === 'terminal') report(agent, bytes);
      else if (agent !== null && getsReports && isRest) giveKeys(agent, bytes, [token]);
      else if (from !== 'mouse') typed.push(stroke);
    }
    if (typed.length > 0) pass(typed);
    pauseInput();
  }

  /** Gives the keys to the agent, or keeps them for it. */
  function pass(strokes: readonly Keystroke[]): void {
    const isHeld = holders > 0 || nextBurst !== null;
    if (agent && !isHeld) {
      const bytes = Buffer.concat(strokes.map((stroke) => stroke.bytes));
      giveKeys(
        agent,
        bytes,
        strokes.map(({ token }) => token),
      );
    } else if (agent || kept.bytes < maxKeptBytes) kept.add(strokes);
  }
  function giveKeys(to: Pty, bytes: Buffer, tokens: readonly Token[]): void {
    give(to, bytes);
    source.gave(tokens);
  }
  function give(to: Pty, bytes: Buffer): void {
    if (bytes.length > 0 && !to.write(bytes)) isBacklogged = true;
  }
  function report(to: Pty, bytes: Buffer): void {
    if (quietTimer === null) give(to, bytes);
    else reports.push(bytes);
  }
  function beginQuiet(): void {
    if (quietTimer !== null) clearTimeout(quietTimer);
    quietTimer = setTimeout(endQuiet, betweenBurstsMs);
  }
  function endQuiet(): void {
    if (quietTimer !== null) clearTimeout(quietTimer);
    quietTimer = null;
    const waiting = Buffer.concat(reports);
    reports = [];
    if (agent !== null) give(agent, waiting);
  }
  function pauseInput(): void {
    const pause = agent !== null && (isBacklogged || kept.bytes >= maxKeptBytes);
    if (pause !== isPaused) source.pauseInput(pause);
    isPaused = pause;
  }
  function stopRelease(): void {
    if (nextBurst !== null) clearTimeout(nextBurst);
    nextBurst = null;
  }
  function release(): void {
    stopRelease();
    if (agent === null) return;
    observers.settle(); // the observers must get them first
    const isDue = kept.isEmpty || mayGive();
    if (isDue) giveNext(agent);
    const pauseMs = kept.pauseMs(source.splitsReads());
    if (pauseMs === null) goStraight();
    else nextBurst = setTimeout(release, isDue ? pauseMs : betweenBurstsMs);
    pauseInput();
  }
  function giveNext(to: Pty): void {
    const next = kept.next(source.splitsReads());
    if (next.tokens.length === 0) return;
    given = given.concat(next.tokens);
    giveKeys(to, next.bytes, next.tokens);
    const last = next.tokens.at(-1);
    if (last !== undefined && endsInTime(last)) beginQuiet();
    if (!kept.isEmpty) return;
    // What is typed before the pause is over is kept, too, so the observers learn now that the agent has all before it.
    given = [];
    observers.typed([]);
    observers.settle();
  }
  /** Nothing has to wait any more, so the agent also gets what has begun and not ended. */
  function goStraight(): void {
    given = [];
    if (agent !== null && isStraight()) give(agent, keystrokes.release());
  }

  return {
    read(chunk) {
      if (agent === null || !isStraight()) return sort(keystrokes.split(chunk, performance.now()));
      const to = agent;
      const { isWhole } = keystrokes;
      if (isWhole) give(to, chunk); // the agent is at work while we split it
      const { tokens, bytes } = keystrokes.pass(chunk, performance.now());
      if (!isWhole) give(to, bytes);
      tell(tokens);
      source.gave(tokens);
      pauseInput();
    },
    attach(next) {
      agent = next;
      isMute = hadAgent;
      hadAgent = true;
      isBacklogged = false;
      pauseInput();
      let isDeaf = false;
      next.onInputBlocked((pendingBytes) => {
        isDeaf = true;
        source.observe({ type: 'input.blocked', pendingBytes });
      });
      next.onInputDrained(() => {
        if (agent === next) {
          isBacklogged = false;
          pauseInput();
        }
        if (isDeaf) source.observe({ type: 'input.drained' });
        isDeaf = false;
      });
    },
    detach() {
      stopRelease();
      agent = null;
      endQuiet(); // nobody else has asked for these reports
      isMute = false;
      isBacklogged = false;
      pauseInput(); // what waited for the agent is in the draft, and Ctrl+C must be noticed
    },
    get agent() {
      return agent;
    },
    agentWrote() {
      if (!isMute) return;
      isMute = false;
      goStraight();
    },
    takeKept() {
      stopRelease();
      observers.settle(); // the observers must get them first
      const bytes = kept.take();
      given = [];
      keystrokes.swallowRest();
      pauseInput();
      return bytes;
    },
    dropKept() {
      observers.settle();
      const dropped = { given, dropped: kept.keepOnly(isWayOut) };
      given = [];
      keystrokes.swallowRest();
      pauseInput();
      return dropped;
    },
    settle: observers.settle,
    get keptBytes() {
      return kept.bytes;
    },
    get isInterrupted() {
      return isInterrupted;
    },
    get wantsOut() {
      return wantsOut;
    },
    get isMidKey() {
      return keystrokes.isOpen;
    },
    quiet: beginQuiet,
    hold() {
      observers.settle(); // what has been passed on is not kept
      if (++holders === 1) wantsOut = isInterrupted = false;
      stopRelease();
      let isOver = false;
      return (mayGiveNow = () => true) => {
        if (isOver) return;
        isOver = true;
        if (--holders > 0) return;
        mayGive = mayGiveNow;
        wantsOut = isInterrupted = false;
        kept.begin();
        release();
      };
    },
  };
}
