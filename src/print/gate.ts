/**
 * What of an agent's output is let through, and when. An answer that may have to be taken back is held:
 *
 * records  each line goes out as it is, once it is whole; the report of an error that ends the run is held
 * text, document  the agent prints its answer only at its end, so all of it is held until it is known how that went:
 *                 the agent has ended, or it has printed a whole good answer and lingers
 *
 * Nothing is ever changed: what goes out are the agent's own bytes, in their order. What is only for us (the answer to
 * what a host has been answered before) is left out.
 */
import type { PrintedRecord, PrintFormats, PrintMode } from '../agents/contract/pipes.ts';
import type { FailureKind } from '../events.ts';

export interface Gate {
  /** @returns what goes out now. */
  take(chunk: Buffer): Buffer;
  /** The error that the final word tells of, as far as it has come; null: none, or no final word yet. */
  failure(): FailureKind | null;
  /**
   * Nothing more has come for a while, and all else says that the turn ended well: what goes out now, because it is
   * the whole answer; null: it is not, or it has gone out already.
   */
  settle(): Buffer | null;
  /** A final word has gone out, and it was a good one. */
  isDone(): boolean;
  /** The agent has printed something. */
  hasPrinted(): boolean;
  /** The agent has printed more than control records, so it may have worked. */
  hasSpoken(): boolean;
  /** Everything that is still held. The gate is empty after that. */
  release(): Buffer;
}

/** An answer beyond this is no error message: it need not be held. */
const maxHeldBytes = 8 * 1024 * 1024;
const newline = 0x0a;
const nothing = Buffer.alloc(0);

export interface GateOptions {
  readonly formats: PrintFormats;
  readonly mode: Pick<PrintMode, 'readOutput' | 'readError' | 'control'>;
  /** Called with each record, when its line is whole. */
  readonly onRecord: (record: PrintedRecord) => void;
  /** Whether a parsed record is for who reads; else it is left out. */
  readonly isForHost?: (value: unknown, record: PrintedRecord) => boolean;
}

export function createGate(options: GateOptions): Gate {
  return options.formats.output === 'records' ? recordGate(options) : answerGate(options);
}

function recordGate({ formats, mode, onRecord, isForHost = () => true }: GateOptions): Gate {
  let partial: Buffer[] = [];
  let held: Buffer[] = [];
  let failure: FailureKind | null = null;
  let isDone = false;
  let hasPrinted = false;
  let hasSpoken = false;

  /** Whether this record, and with it what is held already, may have to be taken back. */
  function mustHold(record: PrintedRecord): boolean {
    if (record.result) {
      ({ failure } = record.result);
      isDone = failure === null;
    }
    onRecord(record);
    // With records as input the same process goes on to the next prompt, and its host waits for this word.
    if (formats.input === 'records') return false;
    return failure !== null || record.tellsError;
  }

  return {
    take(chunk) {
      hasPrinted = true;
      const out: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const line = Buffer.concat([...partial, chunk.subarray(start, end + 1)]);
        partial = [];
        start = end + 1;
        const value = parse(line.toString('utf8'));
        hasSpoken ||= value === undefined || mode.control.read(value) === null;
        const record = value === undefined ? null : mode.readOutput(value);
        if (record === null || isForHost(value, record)) held.push(line);
        const holds = record === null ? held.length > 1 : mustHold(record);
        if (!holds) out.push(...held.splice(0));
      }
      if (start < chunk.length) partial.push(chunk.subarray(start));
      return Buffer.concat(out);
    },
    settle: () => null,
    failure: () => failure,
    isDone: () => isDone,
    hasPrinted: () => hasPrinted,
    hasSpoken: () => hasSpoken || partial.length > 0,
    release() {
      const rest = Buffer.concat([...held, ...partial]);
      held = [];
      partial = [];
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
  const endsLine = () => held.at(-1)?.at(-1) === newline;

  return {
    take(chunk) {
      if (isOpen) return chunk;
      held.push(chunk);
      heldBytes += chunk.length;
      printed += chunk.length;
      return heldBytes > maxHeldBytes ? open(true) : nothing;
    },
    settle() {
      if (isOpen || !endsLine()) return null;
      if (formats.output === 'text') return open(true);
      const { result } = mode.readOutput(parse(Buffer.concat(held).toString('utf8')));
      return result?.failure === null ? open(true) : null;
    },
    failure() {
      if (isOpen || heldBytes === 0) return null;
      const text = Buffer.concat(held).toString('utf8');
      if (formats.output === 'text') return mode.readError(text);
      return mode.readOutput(parse(text)).result?.failure ?? null;
    },
    isDone: () => isDone,
    hasPrinted: () => printed > 0,
    hasSpoken: () => printed > 0,
    release,
  };
}

/** Undefined when it is not JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
