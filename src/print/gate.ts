/**
 * What of an agent's output is let through, and when. An answer that may have to be taken back is held:
 *
 * records  each line goes out as it is, once it is whole; the record of an error that ends the run is held
 * text, document  the agent prints its answer only at its end, so all of it is held until it is known how it ended
 *
 * Nothing is ever changed: what goes out are the agent's own bytes, in their order.
 */
import type { PrintedRecord, PrintFormats, PrintMode } from '../agents/agent.ts';
import type { FailureKind } from '../events.ts';

export interface Gate {
  /** @returns what goes out now. */
  take(chunk: Buffer): Buffer;
  /** The error that the final word tells of, as far as it has come; null: none, or no final word yet. */
  failure(): FailureKind | null;
  /** Everything that is still held. The gate is empty after that. */
  release(): Buffer;
}

/** An answer beyond this is no error message: it need not be held. */
const longestHeldBytes = 8 * 1024 * 1024;
const newline = 0x0a;
const nothing = Buffer.alloc(0);

export interface GateOptions {
  readonly formats: PrintFormats;
  readonly mode: Pick<PrintMode, 'readOutput' | 'readError'>;
  /** Called with each record, when its line is whole. */
  readonly onRecord: (record: PrintedRecord) => void;
}

export function createGate(options: GateOptions): Gate {
  return options.formats.output === 'records' ? recordGate(options) : answerGate(options);
}

function recordGate({ formats, mode, onRecord }: GateOptions): Gate {
  let partial: Buffer[] = [];
  let held: Buffer[] = [];
  let failure: FailureKind | null = null;

  /** @returns whether the record is the word on an error, and the run is over with it. */
  function read(line: Buffer): boolean {
    const value = parse(line.toString('utf8'));
    if (value === undefined) return false;
    const record = mode.readOutput(value);
    onRecord(record);
    if (record.result) ({ failure } = record.result);
    // With records as input the same process goes on to the next prompt, and its host waits for this word.
    return failure !== null && formats.input === 'text';
  }

  return {
    take(chunk) {
      const out: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        const line = Buffer.concat([...partial, chunk.subarray(start, end + 1)]);
        partial = [];
        start = end + 1;
        const isLast = read(line);
        if (isLast || held.length > 0) held.push(line);
        else out.push(line);
      }
      if (start < chunk.length) partial.push(chunk.subarray(start));
      return Buffer.concat(out);
    },
    failure: () => failure,
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
  let isOpen = false;
  return {
    take(chunk) {
      if (isOpen) return chunk;
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes <= longestHeldBytes) return nothing;
      isOpen = true;
      return this.release();
    },
    failure() {
      if (isOpen || heldBytes === 0) return null;
      const text = Buffer.concat(held).toString('utf8');
      if (formats.output === 'text') return mode.readError(text);
      return mode.readOutput(parse(text)).result?.failure ?? null;
    },
    release() {
      const rest = Buffer.concat(held);
      held = [];
      heldBytes = 0;
      return rest;
    },
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
