/**
 * Standard input on its way to the agent, untouched, and what must be known of it to bring an agent back: nothing of it
 * may be lost, nothing said twice.
 *
 * text     one prompt, complete when the input ends. A resumed agent has it on record and gets no input; one that has
 *          to start afresh gets all of it again.
 * records  one record per line, at any time: prompts, and what a host and the agent ask each other (`dialogue.ts`). A
 *          resumed agent gets the prompts that its transcript does not know.
 */
import type { Readable, Writable } from 'node:stream';
import type { PrintMode } from '../agents/contract/pipes.ts';
import type { Dialogue } from './dialogue.ts';
import { createLines, parseLine } from './lines.ts';

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
  /** Why nobody can say again what has come; null: somebody can. */
  unrepeatable(): string | null;
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

/** Reads the lines of an input of records. */
export interface RecordReader {
  readonly mode: Pick<PrintMode, 'control' | 'readPrompt'>;
  readonly dialogue: Dialogue;
}

/** More than any prompt. */
const maxKeptBytes = 32 * 1024 * 1024;
/** Recorded prompts that were not ours to pass: the agent's own words, the one about an earlier interruption. */
const otherPrompts = 2;

/** @param records how its lines are read; null: it is one text */
export function createInput(source: Readable, records: RecordReader | null): Input {
  let target: Writable | null = null;
  let hasEnded = false;
  let kept: Buffer[] | null = [];
  let keptBytes = 0;
  let lines: Line[] = [];
  const split = createLines();
  /** Turns that have ended. */
  let turn = 0;
  /** Prompts that have come. */
  let prompts = 0;
  let isTooMuch = false;

  function takeText(chunk: Buffer): Buffer {
    keptBytes += chunk.length;
    if (keptBytes > maxKeptBytes) kept = null;
    kept?.push(chunk);
    return chunk;
  }
  /** @returns the lines that are for the agent */
  function takeLines(reader: RecordReader, chunk: Buffer): Buffer {
    return Buffer.concat(split.take(chunk).filter((line) => takeLine(reader, line)));
  }
  function takeLine({ mode, dialogue }: RecordReader, bytes: Buffer): boolean {
    const record = parseLine(bytes);
    const isForAgent = dialogue.fromHost(record, bytes);
    if (mode.control.read(record) !== null) return isForAgent;
    const text = mode.readPrompt(record);
    if (text !== null) prompts += 1;
    keptBytes += bytes.length;
    isTooMuch ||= keptBytes > maxKeptBytes;
    if (isTooMuch) lines = [];
    else lines.push({ bytes, text, turn });
    return isForAgent;
  }
  const goOn = () => void source.resume();
  const pass = (bytes: Buffer) => {
    if (bytes.length > 0 && target?.writable && !target.write(bytes)) source.pause();
  };

  source.on('data', (chunk: Buffer) => pass(records === null ? takeText(chunk) : takeLines(records, chunk)));
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    pass(split.rest()); // of a line that nobody has ended
    target?.end();
  };
  source.on('end', end);
  source.on('error', end);
  source.pause();

  return {
    connect(next, first) {
      target = next;
      for (const bytes of first) next.write(bytes);
      next.on('drain', goOn);
      if (hasEnded) next.end();
      else source.resume();
    },
    disconnect() {
      target?.off('drain', goOn);
      target = null;
      source.pause();
    },
    turnDone() {
      if (records === null) return;
      lines = lines.filter((line) => line.turn === turn);
      keptBytes = lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
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
        bytes: missing.map(({ bytes }) => bytes),
        isAllOfIt: missing.length > 0 && prompts - missing.length <= turn,
      };
    },
    whole: () => {
      if (records === null) return kept;
      return isTooMuch ? null : lines.map(({ bytes }) => bytes);
    },
    unrepeatable() {
      if (isTooMuch) return 'the host said more than can be kept, so it cannot be said again';
      const unknown = records?.dialogue.unknown ?? null;
      return unknown === null
        ? null
        : `the host said what this guard does not know, so it cannot be said again: ${unknown}`;
    },
    hasEnded: () => hasEnded,
    stop() {
      target = null;
      source.destroy();
    },
  };
}
