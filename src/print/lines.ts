/** A stream of records, one JSON document per line. */

export interface Lines {
  /** @returns the lines that end in this chunk, with their line ends */
  take(chunk: Buffer): readonly Buffer[];
  /** A line has begun and not ended. */
  readonly isOpen: boolean;
  /** @returns the beginning of such a line, and forgets it */
  rest(): Buffer;
}

export const newline = 0x0a;

export function createLines(): Lines {
  let partial: Buffer[] = [];
  return {
    take(chunk) {
      const lines: Buffer[] = [];
      let start = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
        lines.push(Buffer.concat([...partial, chunk.subarray(start, end + 1)]));
        partial = [];
        start = end + 1;
      }
      if (start < chunk.length) partial.push(chunk.subarray(start));
      return lines;
    },
    get isOpen() {
      return partial.length > 0;
    },
    rest() {
      const rest = Buffer.concat(partial);
      partial = [];
      return rest;
    },
  };
}

/** Undefined if the line is not JSON. The agent or the host has to complain about that, not the guard. */
export function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}
