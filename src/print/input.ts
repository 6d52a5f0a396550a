/**
 * Standard input on its way to the agent, untouched, and what must be known of it to bring an agent back: nothing of it
 * may be lost, nothing said twice.
 *
 * text     one prompt, complete when the input ends. A resumed agent has it on record and gets no input; one that has
 *          to start afresh gets all of it again.
 * records  one prompt per line, at any time. A resumed agent gets the prompts that its transcript does not know.
 */
import type { Readable, Writable } from 'node:stream';
import type { PrintFormats, PrintMode } from '../agents/agent.ts';

export interface Input {
  /** Pass everything that comes to this agent; `first` goes before it. */
  connect(target: Writable, first: readonly Buffer[]): void;
  /** The agent is gone: what comes now must wait. */
  disconnect(): void;
  /** A turn has ended: what was said before it needs no keeping. */
  turnDone(): void;
  /** What a new agent on the same conversation has to be told again, given the prompts on record. */
  unknown(recorded: readonly string[]): Unknown;
  /** All that was said, for an agent that starts afresh; null: it was too much to keep. */
  whole(): readonly Buffer[] | null;
  /** False when a host speaks the control protocol: its dialogue with the dead agent cannot be taken up. */
  isRepeatable(): boolean;
  hasEnded(): boolean;
  stop(): void;
}

export interface Unknown {
  readonly bytes: readonly Buffer[];
  /** No prompt on record is without its answer: the conversation knows of nothing that was torn away. */
  readonly isAllOfIt: boolean;
}

interface Line {
  readonly bytes: Buffer;
  readonly text: string | null;
  readonly turn: number;
}

/** More than any prompt. */
const mostKeptBytes = 32 * 1024 * 1024;
/** Recorded prompts that were not ours to pass: the agent's own words, the one about an earlier interruption. */
const otherPrompts = 2;
const newline = 0x0a;

export function createInput(source: Readable, format: PrintFormats['input'], mode: PrintMode): Input {
  let target: Writable | null = null;
  let hasEnded = false;
  let kept: Buffer[] | null = [];
  let keptBytes = 0;
  let lines: Line[] = [];
  let partial = Buffer.alloc(0);
  /** Turns that have ended. */
  let turn = 0;
  /** Prompts that have come. */
  let prompts = 0;
  let hasControl = false;

  function keepText(chunk: Buffer): void {
    keptBytes += chunk.length;
    if (keptBytes > mostKeptBytes) kept = null;
    kept?.push(chunk);
  }
  function keepLines(chunk: Buffer): void {
    let rest = Buffer.concat([partial, chunk]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const bytes = rest.subarray(0, end + 1);
      const said = readLine(bytes, mode);
      hasControl ||= said?.kind === 'control';
      const text = said?.kind === 'prompt' ? said.text : null;
      if (text !== null) prompts += 1;
      if (!hasControl) lines.push({ bytes, text, turn });
      rest = rest.subarray(end + 1);
    }
    partial = rest;
  }

  source.on('data', (chunk: Buffer) => {
    if (format === 'text') keepText(chunk);
    else keepLines(chunk);
    if (target?.writable && !target.write(chunk)) source.pause();
  });
  source.on('end', () => {
    hasEnded = true;
    target?.end();
  });
  source.on('error', () => {
    hasEnded = true;
    target?.end();
  });
  source.pause();

  return {
    connect(next, first) {
      target = next;
      for (const bytes of first) next.write(bytes);
      next.on('drain', () => source.resume());
      if (hasEnded) next.end();
      else source.resume();
    },
    disconnect() {
      target = null;
      source.pause();
    },
    turnDone() {
      lines = lines.filter((line) => line.turn === turn);
      turn += 1;
    },
    unknown(recorded) {
      // Only the end of the conversation: the same words may have been said long ago.
      const known = recorded.slice(-(lines.length + otherPrompts));
      const missing = lines.filter(({ text }) => {
        if (text === null) return false;
        const at = known.lastIndexOf(text);
        if (at >= 0) known.splice(at, 1);
        return at < 0;
      });
      return {
        bytes: [...missing.map(({ bytes }) => bytes), partial],
        isAllOfIt: missing.length > 0 && prompts - missing.length <= turn,
      };
    },
    whole: () => (format === 'text' ? kept : [...lines.map(({ bytes }) => bytes), partial]),
    isRepeatable: () => !hasControl,
    hasEnded: () => hasEnded,
    stop() {
      target = null;
      source.destroy();
    },
  };
}

function readLine(bytes: Buffer, mode: PrintMode): ReturnType<PrintMode['readInput']> {
  try {
    return mode.readInput(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null; // the agent shall complain, not we
  }
}
