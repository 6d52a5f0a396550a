/** The pipes of print mode: what a script says to the agent and reads of it, and what the present agent has printed. */

import type { PrintFormats, PrintMode } from '../agents/contract/pipes.ts';
import type { FailureKind } from '../events.ts';
import type { Parts } from '../guard/parts.ts';
import type { Child } from './child.ts';
import type { Dialogue } from './dialogue.ts';
import type { Gate } from './gate.ts';
import type { Input } from './input.ts';
import type { Leaving } from './leaving.ts';
import type { Sink } from './sink.ts';

/** The living parts of one run in print mode. */
export interface PrintParts extends Parts<Child> {
  readonly pipes: Pipes;
  readonly leaving: Leaving;
}

export interface Pipes {
  readonly mode: PrintMode;
  readonly formats: PrintFormats;
  /** Null: the agent reads our own terminal. */
  readonly input: Input | null;
  /** With a host that may ask the agent, and be asked; null: input is text. */
  readonly dialogue: Dialogue | null;
  readonly output: Sink;
  readonly errors: Sink;
  /** What the latest agent has said; null before the first. */
  readonly answer: Answer | null;
  /** Another agent speaks from now on. */
  next(gate: Gate, transcriptBytes: number): Answer;
}

/** What one agent has said, as far as it is known. */
export interface Answer {
  /** What it prints; after its end, what of it is still held. */
  readonly gate: Gate;
  /** Size of the transcript when it was started: what follows is its own work. */
  readonly transcriptBytes: number;
  /** How a hook has said that its latest turn ended; null: none has. */
  readonly told: { readonly failure: FailureKind | null } | null;
  /** A hook has said so. */
  turnEnded(failure: FailureKind | null): void;
}

export function createPipes(ends: Omit<Pipes, 'answer' | 'next'>): Pipes {
  let answer: Answer | null = null;
  return {
    ...ends,
    get answer() {
      return answer;
    },
    next(gate, transcriptBytes) {
      answer = createAnswer(gate, transcriptBytes);
      return answer;
    },
  };
}

function createAnswer(gate: Gate, transcriptBytes: number): Answer {
  let told: Answer['told'] = null;
  return {
    gate,
    transcriptBytes,
    get told() {
      return told;
    },
    turnEnded(failure) {
      told = { failure };
    },
  };
}
