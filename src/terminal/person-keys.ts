/**
 * Passes the person's keys on to the agent in the same turn in which they arrive, or keeps them while no agent may have
 * them. If the agent does not keep up, the terminal is paused, so that nothing is lost and memory stays bounded.
 */
import { performance } from 'node:perf_hooks';
import type { Observation } from '../events.ts';
import { createKeystrokes } from './keystrokes.ts';
import type { Observers } from './observers.ts';
import type { Pty } from './pty.ts';
import { type Key, keyOf } from './vt/keys.ts';
import type { Token } from './vt/tokens.ts';

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
  /** The observers get now the keys that they have not got yet. */
  settle(): void;
  /**
   * While held, the person's bytes are kept even though an agent is there. Once everybody who holds them has released
   * them, the agent gets them, in order, and each Enter in a write of its own, as it was pressed.
   * @returns the release of this hold
   */
  hold(): () => void;
  readonly keptBytes: number;
  /** Ctrl+C has been pressed since the hold began, or Ctrl+D at an agent that takes keys. */
  readonly wantsOut: boolean;
  /** The person is in the middle of a paste or a sequence: nothing can be typed at the agent now. */
  readonly isMidKey: boolean;
}

/** Where the keys come from. */
export interface KeySource {
  pauseInput(paused: boolean): void;
  observe(observation: Observation): void;
}

/**
 * More than anybody pastes. Beyond this, the terminal is paused while the keys are held. While no agent is there,
 * further bytes are read but not kept, so that Ctrl+C is noticed; they end up only in the draft.
 */
const maxKeptBytes = 16_777_216;

/**
 * An agent takes text and Enter that arrive together for a paste, and does not submit; 1.0.44 takes any key that comes
 * with others for text. After this pause it has read what came before (signatures §0).
 */
export const betweenBurstsMs = 150;

/** No key is longer. */
const maxKeyBytes = 16;

/** Whether these bytes are one key that is no text: Enter, Ctrl+D, an arrow. */
function isKey(bytes: Buffer): boolean {
  const [first = 0x20] = bytes;
  if (first === 0x1b) return bytes.length <= maxKeyBytes && !/\x1b\[20[01]~/.test(bytes.toString('latin1'));
  return bytes.length === 1 && (first < 0x20 || first === 0x7f);
}

export function createPersonKeys(
  observers: Pick<Observers, 'typed' | 'settle'>,
  source: KeySource,
): PersonKeys {
  let agent: Pty | null = null;
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let holders = 0;
  /** Set while the agent is being given what was kept. */
  let nextBurst: NodeJS.Timeout | null = null;
  let wantsOut = false;
  /** The agent does not read, and its queue is full. */
  let isBacklogged = false;
  let isPaused = false;
  /** The agent follows another one and has not written anything, so it has asked the terminal nothing. */
  let isMute = false;
  let hadAgent = false;
  const keystrokes = createKeystrokes();
  let timer: NodeJS.Timeout | undefined;

  function tell(tokens: readonly Token[]): void {
    if (tokens.length > 0) {
      wantsOut ||= holders > 0 && tokens.some((token) => isWayOut(keyOf(token)));
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
    const { tokens, forAgent } = keystrokes.expire(performance.now());
    tell(tokens);
    pass(forAgent);
  }

  /**
   * A next agent's terminal may not be raw yet, even if it has written something. Then Ctrl+D would not be a key: it would
   * end the agent's input for good, and no key could end the agent any more (1.0.44, 2.1.38).
   */
  const isWayOut = (key: Key) =>
    key === 'interrupt' || (key === 'exit' && !isMute && (agent?.takesKeys() ?? true));

  /** Gives the bytes to the agent, or keeps them for it. */
  function pass(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (agent && holders === 0 && nextBurst === null) give(agent, bytes);
    else if (agent || keptBytes < maxKeptBytes) {
      kept.push(bytes);
      keptBytes += bytes.length;
    }
    pauseInput();
  }
  function give(to: Pty, bytes: Buffer): void {
    if (!to.write(bytes)) isBacklogged = true;
  }
  function pauseInput(): void {
    const pause = agent !== null && (isBacklogged || keptBytes >= maxKeptBytes);
    if (pause !== isPaused) source.pauseInput(pause);
    isPaused = pause;
  }
  /** Removes the first of the kept pieces. */
  function takeOut(reads: number): Buffer {
    observers.settle(); // the observers must get them first
    const bytes = Buffer.concat(kept.splice(0, reads));
    keptBytes -= bytes.length;
    return bytes;
  }
  function stopRelease(): void {
    if (nextBurst !== null) clearTimeout(nextBurst);
    nextBurst = null;
  }
  function release(): void {
    stopRelease();
    if (agent === null || kept.length === 0) return;
    const key = kept.findIndex(isKey);
    give(agent, takeOut(key === -1 ? kept.length : Math.max(1, key)));
    pauseInput();
    if (kept.length > 0) nextBurst = setTimeout(release, betweenBurstsMs);
  }

  return {
    read(chunk) {
      // The next agent must not get the terminal's answers to the previous one, which it would read as keys.
      const { tokens, forAgent } = keystrokes.take(chunk, !isMute, performance.now());
      tell(tokens);
      pass(forAgent);
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
      pass(keystrokes.release());
    },
    takeKept() {
      stopRelease();
      const bytes = takeOut(kept.length);
      keystrokes.swallowRest();
      pauseInput();
      return bytes;
    },
    settle: observers.settle,
    get keptBytes() {
      return keptBytes;
    },
    get wantsOut() {
      return wantsOut;
    },
    get isMidKey() {
      return keystrokes.isOpen;
    },
    hold() {
      if (++holders === 1) wantsOut = false;
      stopRelease();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        if (--holders > 0) return;
        wantsOut = false;
        release();
      };
    },
  };
}
