/**
 * Passes the agent's output on to the person in the same turn in which it arrives, and then parses it once for all
 * observers. What the guard adds (a window title, a bell) comes between two of the agent's characters or sequences.
 * When the agent goes, the modes that it left on are undone.
 */
import { performance } from 'node:perf_hooks';
import { createModes } from './modes.ts';
import type { Observers } from './observers.ts';
import type { Output } from './output.ts';
import type { Pty, PtyExit } from './pty.ts';
import { createSequenceReader, type Sequence } from './vt/sequences.ts';

export interface AgentOutput {
  /** From now on, this agent's output is passed on. */
  attach(pty: Pty): void;
  /** No more output follows. Undoes the modes, but keeps the title of an agent that has ended well by itself. */
  detach(exit?: PtyExit): void;
  /** The agent wrote these sequences a few milliseconds ago. */
  follow(sequences: readonly Sequence[]): void;
  /** Writes this as soon as no sequence or character is open. */
  inject(text: string): void;
  /** Our window title, above the agent's own; null brings the agent's back. */
  setTitle(title: string | null): void;
  /** Bytes that undo our title and the modes of this agent, and of earlier ones if that is still waiting. */
  undo(): string;
  /** Undoes the modes. @returns a function that switches them on again */
  putModesAside(): () => void;
  /** The agent has bracketed paste on, so it shows its input box. */
  readonly marksPastes: boolean;
  /** `performance.now()` of the last output. */
  readonly lastAt: number;
}

const titleBytes = (text: string) => `\x1b]0;${text.replace(/[\x00-\x1f\x7f-\x9f]/g, ' ')}\x07`;

/** The terminal keeps its title, and takes it up again. */
const saveTitle = '\x1b[22;0t';
const bringBackTitle = '\x1b[23;0t';

/** @param mayPass called before each chunk is passed on; false: the agent no longer has the terminal */
export function createAgentOutput(
  output: Output,
  observers: Pick<Observers, 'written'>,
  mayPass: (pty: Pty, chunk: Buffer) => boolean,
): AgentOutput {
  let reader = createSequenceReader();
  let modes = createModes();
  let title: string | null = null;
  /** The terminal keeps the title that it had before ours, because the agent had set none. */
  let isTitleSaved = false;
  let injected = '';
  /** What undoes the modes of agents that are gone. It may be waiting behind what they have written. */
  let undone = '';
  let lastAt = 0;

  function inject(text: string): void {
    injected += text;
    if (injected === '' || reader.isOpen) return;
    output.write(injected);
    injected = '';
  }

  const owed = () => (output.isWaiting ? undone : '');

  const broughtBack = () => (isTitleSaved ? bringBackTitle : '');
  /** A terminal that keeps no titles shows none then. */
  const withoutTitle = () => titleBytes('') + broughtBack();

  /** An open sequence will not be completed. */
  function restart(): void {
    reader = createSequenceReader();
    inject('');
  }

  return {
    attach(pty) {
      modes = createModes(() => {
        if (title !== null) inject(titleBytes(title));
      });
      restart();
      pty.onOutput((chunk) => {
        if (!mayPass(pty, chunk)) return;
        const isTaken = output.write(chunk);
        const sequences = reader.read(chunk);
        inject('');
        observers.written(chunk, sequences);
        if (!isTaken) pty.pause();
      });
    },
    detach(exit) {
      restart();
      const undo = modes.undo({ title: exit?.code !== 0 });
      undone = owed() + undo;
      output.write(undo);
      modes = createModes();
      if (title !== null) output.write(titleBytes(title));
    },
    follow(sequences) {
      lastAt = performance.now();
      for (const sequence of sequences) modes.follow(sequence);
    },
    inject,
    setTitle(next) {
      if (next === title) return;
      const isFirst = title === null && modes.title === null;
      title = next;
      if (next !== null) inject((isFirst ? saveTitle : '') + titleBytes(next));
      else inject(modes.title === null ? withoutTitle() : broughtBack() + titleBytes(modes.title));
      isTitleSaved = next !== null && (isTitleSaved || isFirst);
    },
    undo: () => owed() + modes.undo() + (title === null ? '' : withoutTitle()),
    putModesAside() {
      const put = modes;
      output.write(put.undo());
      return () => void output.write(put.redo());
    },
    get marksPastes() {
      return modes.bracketedPaste;
    },
    get lastAt() {
      return lastAt;
    },
  };
}
