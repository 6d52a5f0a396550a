/**
 * Decides which output of the agent is passed on, and when. An answer that may have to be taken back is held:
 *
 * records each line is passed on once it is complete; the report of an error that ends the run is held text, document
 * the agent prints its answer only at its end, so everything is held until the agent has ended, or has
 *                 printed a complete good answer and does not exit
 *
 * Nothing is changed: the script gets the agent's own bytes in order. Records that are only for the guard (an answer
 * that the host has already had) are left out.
 */
import type { PrintedRecord, PrintFormats, PrintMode } from '../agents/contract/pipes.ts';
import type { FailureKind } from '../events.ts';
import { createLines, newline, parseLine } from './lines.ts';

export interface Gate {
  /** @returns the bytes to pass on now */
  take(chunk: Buffer): Buffer;
  /** The error that the printed result reports. Null: no error, or no result yet. */
  failure(): FailureKind | null;
  /**
   * To be called if nothing has been printed for a while and everything else says that the turn ended well.
   * @returns the complete answer, to be passed on now; null: it is not complete, or has already been passed on
   */
  settle(): Buffer | null;
  /** What is held is a complete answer, unless something else says that the turn ended badly. */
  holdsAnswer(): boolean;
  /** A good result has been passed on. */
  isDone(): boolean;
  /** The agent has printed something. */
  hasPrinted(): boolean;
  /** The agent has printed more than control records, so it may have worked. */
  hasSpoken(): boolean;
  /** @returns everything that is still held; after that the gate is empty */
  release(): Buffer;
}

/** A longer answer cannot be an error message, so it is not held. */
const maxHeldBytes = 8 * 1024 * 1024;
const nothing = Buffer.alloc(0);

export interface GateOptions {
  readonly formats: PrintFormats;
  readonly mode: Pick<PrintMode, 'readOutput' | 'readError' | 'control'>;
  /** Called with each record once its line is complete. */
  readonly onRecord: (record: PrintedRecord) => void;
  /** Whether a parsed record is passed on. Otherwise it is left out. */
  readonly isForHost?: (value: unknown, record: PrintedRecord) => boolean;
}

export function createGate(options: GateOptions): Gate {
  return options.formats.output === 'records' ? recordGate(options) : answerGate(options);
}

function recordGate({ formats, mode, onRecord, isForHost = () => true }: GateOptions): Gate {
  const lines = createLines();
  let held: Buffer[] = [];
  let failure: FailureKind | null = null;
  let isDone = false;
  let hasPrinted = false;
  let hasSpoken = false;

  /** Whether this record may have to be taken back. Then everything before it stays held, too. */
  function mustHold(record: PrintedRecord): boolean {
    if (record.result) {
      ({ failure } = record.result);
      isDone = failure === null;
    }
    onRecord(record);
    // With records as input, the same process goes on to the next prompt, and its host waits for this result.
    if (formats.input === 'records') return false;
    return failure !== null || record.reportsError;
  }

  return {
    take(chunk) {
      hasPrinted = true;
      const out: Buffer[] = [];
      for (const line of lines.take(chunk)) {
        const value = parseLine(line);
        hasSpoken ||= value === undefined || mode.control.read(value) === null;
        const record = value === undefined ? null : mode.readOutput(value);
        if (record === null || isForHost(value, record)) held.push(line);
        const holds = record === null ? held.length > 1 : mustHold(record);
        if (!holds) out.push(...held.splice(0));
      }
      return Buffer.concat(out);
    },
    settle: () => null,
    holdsAnswer: () => false,
    failure: () => failure,
    isDone: () => isDone,
    hasPrinted: () => hasPrinted,
    hasSpoken: () => hasSpoken || lines.isOpen,
    release() {
      const rest = Buffer.concat([...held, lines.rest()]);
      held = [];
      return rest;
    },
  };
}

function answerGate({ formats, mode }: GateOptions): Gate {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let printed = 0;
  let isOpen = false;
  let isDone = false;

  const release = (): Buffer => {
    const rest = Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return rest;
  };
  const open = (done: boolean): Buffer => {
    isOpen = true;
    isDone = done;
    return release();
  };
  const holdsAnswer = (): boolean => {
    if (isOpen || held.at(-1)?.at(-1) !== newline) return false;
    return (
      formats.output === 'text' || mode.readOutput(parseLine(Buffer.concat(held))).result?.failure === null
    );
  };

  return {
    take(chunk) {
      if (isOpen) return chunk;
      held.push(chunk);
      heldBytes += chunk.length;
      printed += chunk.length;
      return heldBytes > maxHeldBytes ? open(true) : nothing;
    },
    settle: () => (holdsAnswer() ? open(true) : null),
    holdsAnswer,
    failure() {
      if (isOpen || heldBytes === 0) return null;
      const answer = Buffer.concat(held);
      if (formats.output === 'text') return mode.readError(answer.toString('utf8'));
      return mode.readOutput(parseLine(answer)).result?.failure ?? null;
    },
    isDone: () => isDone,
    hasPrinted: () => printed > 0,
    hasSpoken: () => printed > 0,
    release,
  };
}
