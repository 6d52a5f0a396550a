/**
 * Passes standard input to the agent, untouched, and keeps what the next agent may need: no input may be lost, and none
 * given twice.
 *
 * text one prompt, complete when the input ends. A resumed agent has it on record and gets no input; one that has
 *          to start afresh gets all of it again.
 * records one record per line, at any time: prompts, and what a host and the agent ask each other (`dialogue.ts`). A
 *          resumed agent gets the prompts that its transcript does not contain.
 */
import type { Readable, Writable } from 'node:stream';
import type { PrintMode } from '../agents/contract/pipes.ts';
import { answeredOf } from './answered.ts';
import type { Dialogue } from './dialogue.ts';
import { createLines, parseLine } from './lines.ts';
import { findOnRecord } from './on-record.ts';

export interface Input {
  /** Passes all input to this agent from now on, after `first`. `hasNotice`: the guard's own prompt is in it. */
  connect(target: Writable, first: readonly Buffer[], hasNotice?: boolean): void;
  /** The agent is gone: further input must wait. */
  disconnect(): void;
  /** A turn has ended. */
  turnDone(): void;
  /** The input that a new agent on the same conversation must get again, given the prompts recorded in this run. */
  unrecorded(recorded: readonly string[]): Unrecorded;
  /** All input, for an agent that starts afresh; null: there was too much to keep. */
  whole(): readonly Buffer[] | null;
  /** Why the input cannot be repeated to another agent; null: it can. */
  unrepeatable(): string | null;
  hasEnded(): boolean;
  stop(): void;
}

export interface Unrecorded {
  readonly bytes: readonly Buffer[];
  /** Every prompt on record has its answer, so the conversation itself shows no interruption. */
  readonly isRestAnswered: boolean;
}

interface Line {
  readonly bytes: Buffer;
  readonly text: string | null;
  /** How many turns had ended when it arrived. */
  readonly turn: number;
}

/** Reads the lines of an input of records. */
export interface RecordReader {
  readonly mode: Pick<PrintMode, 'control' | 'readPrompt'>;
  readonly dialogue: Dialogue;
}

/** More than any prompt takes. */
const maxKeptBytes = 32 * 1024 * 1024;

/** @param records reads the lines of the input; null: the input is one text */
export function createInput(source: Readable, records: RecordReader | null): Input {
  let target: Writable | null = null;
  let hasEnded = false;
  let kept: Buffer[] | null = [];
  let keptBytes = 0;
  let lines: Line[] = [];
  const split = createLines();
  /** Turns that have ended. */
  let turn = 0;
  /** Of these, the turns of input that is no longer kept. */
  let forgottenTurns = 0;
  /** The guard's own prompts. Their answers may be turns of their own. */
  let notices = 0;
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
    lines.push({ bytes, text, turn });
    keptBytes += bytes.length;
    if (keptBytes > maxKeptBytes) forget();
    isTooMuch ||= keptBytes > maxKeptBytes;
    if (isTooMuch) lines = [];
    return isForAgent;
  }
  /** Input that arrived before the last turn has had its turn, unless the agent takes one prompt at a time. */
  const recent = () => lines.filter((line) => line.turn >= turn - 1);
  function forget(): void {
    lines = recent();
    keptBytes = lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
    forgottenTurns = turn;
  }
  const resume = () => void source.resume();
  const pass = (bytes: Buffer) => {
    if (bytes.length > 0 && target?.writable && !target.write(bytes)) source.pause();
  };

  source.on('data', (chunk: Buffer) => pass(records === null ? takeText(chunk) : takeLines(records, chunk)));
  const end = () => {
    if (hasEnded) return;
    hasEnded = true;
    const rest = split.rest(); // a last line without a line end
    const isForAgent = rest.length > 0 && records !== null && takeLine(records, rest);
    if (isForAgent) pass(rest);
    target?.end();
  };
  source.on('end', end);
  source.on('error', end);
  source.pause();

  return {
    connect(next, first, hasNotice = false) {
      target = next;
      if (hasNotice) notices += 1;
      for (const bytes of first) next.write(bytes);
      next.on('drain', resume);
      if (hasEnded) next.end();
      else source.resume();
    },
    disconnect() {
      target?.off('drain', resume);
      target = null;
      source.pause();
    },
    turnDone() {
      turn += 1;
    },
    unrecorded(recorded) {
      const prompts = lines.flatMap((line) => (line.text === null ? [] : [{ ...line, text: line.text }]));
      const onRecord = findOnRecord(
        prompts.map(({ text }) => text),
        recorded,
      );
      const answered = answeredOf(prompts, forgottenTurns, turn);
      // Not all of these turns may have been theirs. What is not on record is rather given twice than lost.
      const missing = prompts.slice(Math.max(onRecord.prompts, answered - Math.max(1, notices)));
      return {
        bytes: missing.map(({ bytes }) => bytes),
        isRestAnswered: missing.length > 0 && onRecord.turns <= answered,
      };
    },
    whole: () => {
      if (records === null) return kept;
      return isTooMuch ? null : recent().map(({ bytes }) => bytes);
    },
    unrepeatable() {
      if (isTooMuch) return 'the host sent more than can be kept, so its input cannot be repeated';
      const unknown = records?.dialogue.unknown ?? null;
      return unknown === null
        ? null
        : `the host sent something that this guard does not know, so its input cannot be repeated: ${unknown}`;
    },
    hasEnded: () => hasEnded,
    stop() {
      target = null;
      source.destroy();
    },
  };
}
