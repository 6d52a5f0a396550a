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
import { type Asked, answeredOf } from './answered.ts';
import type { Dialogue } from './dialogue.ts';
import { createLines, newline, parseLine } from './lines.ts';
import { findOnRecord, type Own, type Recorded } from './on-record.ts';

export interface Input {
  /**
   * Passes all input to this agent from now on, after `first`.
   * @param isOpen something else will still be written: the agent's input does not end before `finish`
   */
  connect(target: Writable, first: readonly Buffer[], isOpen?: boolean): void;
  /** Nothing else will be written to this agent. */
  finish(): void;
  /** The agent is gone: further input must wait. */
  disconnect(): void;
  /** A turn has ended. */
  turnDone(): void;
  /**
   * What a new agent must get again, given the prompts of this run that its conversation holds. From then on, what the
   * host wants back of that is taken back.
   */
  unrecorded(recorded: readonly Recorded[]): Unrecorded;
  /**
   * The bytes of these prompts, with texts of the guard before the first of them, or else before the next one that
   * comes.
   * @param own those of the texts that are the guard's own words
   */
  preceded(prompts: readonly Line[], texts: readonly string[], own: readonly string[]): readonly Buffer[];
  /** A hook has reported that the agent has taken this: a prompt, or several as one. */
  taken(text: string): void;
  /** The guard says this in a prompt of its own, so that the agent goes on with all turns that were interrupted. */
  said(text: string): void;
  /** All input, for an agent that starts afresh; null: there was too much to keep. */
  whole(): readonly Buffer[] | null;
  /** Why the input cannot be repeated to another agent; null: it can. */
  unrepeatable(): string | null;
  hasEnded(): boolean;
  stop(): void;
}

export interface Unrecorded {
  /** Not on record, and not known to have an answer. */
  readonly prompts: readonly Line[];
  /** Not on record, although the host has got their answers. */
  readonly forgotten: readonly string[];
  /** A prompt on record has no answer. */
  readonly isOpen: boolean;
}

export interface Line extends Asked {
  readonly bytes: Buffer;
  readonly id?: string | undefined;
  readonly text: string | null;
  readonly images: number;
}

/** Reads the lines of an input of records. */
export interface RecordReader {
  readonly mode: Pick<PrintMode, 'control' | 'readPrompt' | 'precededBy'>;
  readonly dialogue: Dialogue;
}

/** More than any prompt takes. */
const maxKeptBytes = 32 * 1024 * 1024;

/** With its line end, because more may follow. */
const whole = (line: Buffer): Buffer =>
  line.at(-1) === newline ? line : Buffer.concat([line, Buffer.of(newline)]);

/** Null: nothing can precede this prompt. */
function withTexts(mode: RecordReader['mode'], bytes: Buffer, texts: readonly string[]): Buffer | null {
  const record = texts.length === 0 ? null : mode.precededBy(parseLine(bytes), texts);
  return record === null ? null : Buffer.from(`${JSON.stringify(record)}\n`);
}

/**
 * @param records reads the lines of the input; null: the input is one text
 * @param onPrompt called with each prompt of the host
 */
export function createInput(
  source: Readable,
  records: RecordReader | null,
  onPrompt: () => void = () => {},
): Input {
  let target: Writable | null = null;
  let hasEnded = false;
  let isHeldOpen = false;
  let kept: Buffer[] | null = [];
  let keptBytes = 0;
  let lines: Line[] = [];
  const split = createLines();
  /** Turns that have ended. */
  let turn = 0;
  /** Of these, the turns of input that is no longer kept. */
  let forgottenTurns = 0;
  /** Turns on record without an answer, when an agent was last ended. */
  let open = 0;
  /** How many of them a turn has gone on with, keyed by the number of that turn. */
  const settled = new Map<number, number>();
  /** What the guard has said in prompts. */
  const ownWords: Own[] = [];
  const heard: Recorded[] = [];
  /** What must precede the next prompt. */
  let owed: readonly string[] = [];
  let isTooMuch = false;

  function takeText(chunk: Buffer): Buffer {
    keptBytes += chunk.length;
    if (keptBytes > maxKeptBytes) kept = null;
    kept?.push(chunk);
    return chunk;
  }
  /** @returns the lines that are for the agent */
  function takeLines(reader: RecordReader, chunk: Buffer): Buffer {
    return Buffer.concat(split.take(chunk).flatMap((line) => takeLine(reader, line) ?? []));
  }
  /** @returns what the agent gets; null: nothing */
  function takeLine({ mode, dialogue }: RecordReader, bytes: Buffer): Buffer | null {
    const record = parseLine(bytes);
    const isForAgent = dialogue.fromHost(record, bytes);
    if (mode.control.read(record) !== null) return isForAgent ? bytes : null;
    const { id, text, images } = mode.readPrompt(record) ?? { text: null, images: 0 };
    if (text !== null) onPrompt();
    lines.push({ bytes, id, text, images, turn, inTurn: dialogue.isInTurn });
    keptBytes += bytes.length;
    if (keptBytes > maxKeptBytes) forget();
    isTooMuch ||= keptBytes > maxKeptBytes;
    if (isTooMuch) lines = [];
    if (!isForAgent) return null;
    const longer = owed.length === 0 ? null : withTexts(mode, bytes, owed);
    if (longer !== null) owed = [];
    return longer ?? bytes;
  }
  /** Those that the host has not taken back. */
  const isWanted = ({ id }: Line) => id === undefined || !records?.dialogue.recalled.has(id);
  const wanted = () => lines.filter(isWanted);
  const prompts = () =>
    wanted().flatMap((line) => (line.text === null ? [] : [{ ...line, text: line.text }]));
  /** Input that arrived before the last turn has had its turn, unless the agent takes one prompt at a time. */
  const recent = () => wanted().filter((line) => line.turn >= turn - 1);
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
    const last = rest.length > 0 && records !== null ? takeLine(records, rest) : null;
    if (last !== null) pass(isHeldOpen ? whole(last) : last);
    if (!isHeldOpen) target?.end();
  };
  source.on('end', end);
  source.on('error', end);
  source.pause();

  return {
    connect(next, first, isOpen = false) {
      target = next;
      isHeldOpen = isOpen;
      for (const bytes of first) next.write(bytes);
      next.on('drain', resume);
      if (!hasEnded) source.resume();
      else if (!isOpen) next.end();
    },
    finish() {
      isHeldOpen = false;
      if (hasEnded) target?.end();
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
      settled.delete(turn); // that turn has not ended
      const all = prompts();
      const texts = all.map(({ text }) => text);
      const onRecord = findOnRecord(all, recorded, ownWords);
      // What hooks report is known of what is not on record.
      const reported = findOnRecord(all, heard, ownWords).turns.filter((end) => end > onRecord.prompts);
      const taken = [...onRecord.turns, ...reported];
      const answered = answeredOf(all, { taken, from: forgottenTurns, to: turn, settled });
      // What is not on record is rather given twice than lost.
      const untaken = all.slice(Math.max(onRecord.prompts, answered.prompts));
      open = onRecord.turns.length - answered.turns;
      records?.dialogue.untaken(untaken.flatMap(({ id }) => id ?? []));
      return {
        prompts: untaken.filter(isWanted),
        forgotten: texts.slice(onRecord.prompts, answered.prompts),
        isOpen: open > 0,
      };
    },
    preceded(again, texts, own) {
      for (const text of own) ownWords.push({ text, goesOn: false });
      const [first, ...others] = again.map(({ bytes }) => bytes);
      const longer = first === undefined || records === null ? null : withTexts(records.mode, first, texts);
      owed = longer === null ? texts : [];
      return first === undefined ? [] : [longer ?? first, ...others].map(whole);
    },
    taken: (text) => void heard.push({ text }),
    said(text) {
      ownWords.push({ text, goesOn: true });
      settled.set(turn, Math.max(1, open));
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
