/** The pipes of print mode: what a script sends to the agent and reads from it, and what the agent has printed. */

import type { PrintFormats, PrintMode } from '../agents/contract/pipes.ts';
import type { FailureKind } from '../events.ts';
import type { Parts } from '../guard/parts.ts';
import type { Child, Spawn } from './child.ts';
import type { Dialogue } from './dialogue.ts';
import type { Gate } from './gate.ts';
import type { Input } from './input.ts';
import type { Leaving } from './leaving.ts';
import type { Sink } from './sink.ts';

/** The parts of one run in print mode. */
export interface PrintParts extends Parts<Child> {
  readonly pipes: Pipes;
  readonly leaving: Leaving;
  readonly spawn: Spawn;
}

export interface Pipes {
  readonly mode: PrintMode;
  readonly formats: PrintFormats;
  /** Null: the agent reads the terminal itself. */
  readonly input: Input | null;
  /** The dialogue with a host over the control protocol. Null: the input is text. */
  readonly dialogue: Dialogue | null;
  readonly output: Sink;
  readonly errors: Sink;
  /** The output of the latest agent. Null before the first. */
  readonly answer: Answer | null;
  /** Another agent has been started. */
  next(gate: Gate, transcriptBytes: number, notice: string | null): Answer;
}

/** The output of one agent, and what is known of it. */
export interface Answer {
  /** Passes the output on. After the agent's end, it still holds what was not passed on. */
  readonly gate: Gate;
  /** Size of the transcript when the agent was started. Everything after that is this agent's own work. */
  readonly transcriptBytes: number;
  /** What it was told of work that earlier agents may have done. Null: nothing. */
  readonly notice: string | null;
  /** The end of its latest turn, as a hook reported it. Null: no hook has reported one. */
  readonly told: { readonly failure: FailureKind | null } | null;
  /** A hook has reported the end of a turn. */
  turnEnded(failure: FailureKind | null): void;
}

export function createPipes(ends: Omit<Pipes, 'answer' | 'next'>): Pipes {
  let answer: Answer | null = null;
  return {
    ...ends,
    get answer() {
      return answer;
    },
    next(gate, transcriptBytes, notice) {
      answer = createAnswer(gate, transcriptBytes, notice);
      return answer;
    },
  };
}

function createAnswer(gate: Gate, transcriptBytes: number, notice: string | null): Answer {
  let told: Answer['told'] = null;
  return {
    gate,
    transcriptBytes,
    notice,
    get told() {
      return told;
    },
    turnEnded(failure) {
      told = { failure };
    },
  };
}
