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
  /**
   * False when a host speaks the control protocol, because its dialogue with the dead agent cannot be taken up, and
   * where it has said more than can be kept.
   */
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
  /** The beginning of a line that has not ended yet. */
  let partial: Buffer[] = [];
  /** Turns that have ended. */
  let turn = 0;
  /** Prompts that have come. */
  let prompts = 0;
  let hasControl = false;
  let isTooMuch = false;

  function keepText(chunk: Buffer): void {
    keptBytes += chunk.length;
    if (keptBytes > mostKeptBytes) kept = null;
    kept?.push(chunk);
  }
  function keepLines(chunk: Buffer): void {
    if (hasControl || isTooMuch) return;
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      keepLine(Buffer.concat([...partial, chunk.subarray(start, end + 1)]));
      partial = [];
      start = end + 1;
    }
    if (start < chunk.length) partial.push(chunk.subarray(start));
    keptBytes += chunk.length;
    isTooMuch = keptBytes > mostKeptBytes;
    if (!hasControl && !isTooMuch) return;
    lines = [];
    partial = [];
  }
  function keepLine(bytes: Buffer): void {
    const said = readLine(bytes, mode);
    hasControl ||= said?.kind === 'control';
    const text = said?.kind === 'prompt' ? said.text : null;
    if (text !== null) prompts += 1;
    lines.push({ bytes, text, turn });
  }
  const goOn = () => void source.resume();

  source.on('data', (chunk: Buffer) => {
    if (format === 'text') keepText(chunk);
    else keepLines(chunk);
    if (target?.writable && !target.write(chunk)) source.pause();
  });
  const end = () => {
    hasEnded = true;
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
      if (format === 'text') return;
      lines = lines.filter((line) => line.turn === turn);
      keptBytes = [...lines.map(({ bytes }) => bytes), ...partial].reduce(
        (sum, { length }) => sum + length,
        0,
      );
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
        bytes: [...missing.map(({ bytes }) => bytes), ...partial],
        isAllOfIt: missing.length > 0 && prompts - missing.length <= turn,
      };
    },
    whole: () => {
      if (format === 'text') return kept;
      return isTooMuch ? null : [...lines.map(({ bytes }) => bytes), ...partial];
    },
    isRepeatable: () => !hasControl && !isTooMuch,
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
