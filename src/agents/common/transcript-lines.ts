/**
 * The lines of a conversation file of any size, read in pieces and passed on one by one with their offset. Only a
 * newline ends a line (a record may hold other line separators). The event loop runs in between.
 */
import { open } from 'node:fs/promises';

export interface Line {
  readonly offset: number;
  /**
   * Without the newline; valid only until `onLine` returns. A line longer than `maxLineLength` is truncated; `length`
   * is its true length.
   */
  readonly bytes: Buffer;
  readonly length: number;
  /** False only for a last line without its newline. */
  readonly ended: boolean;
}

/** Longer than any record that an agent writes (images have at most some 10 MB). */
const maxLineLength = 128 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * Calls `onLine` for each line in order, without an empty last line. Rejects if the file cannot be read.
 * @param from offset at which to begin
 */
export async function readLines(path: string, onLine: (line: Line) => void, from = 0): Promise<void> {
  const file = await open(path);
  try {
    const buffer = Buffer.allocUnsafe(pieceBytes);
    let held: Buffer[] = [];
    let heldBytes = 0;
    let start = from;
    let position = from;
    const emit = (last: Buffer, end: number, ended: boolean) => {
      const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
      onLine({ offset: start, bytes, length: end - start, ended });
      held = [];
      heldBytes = 0;
    };
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, pieceBytes, position);
      if (bytesRead === 0) break;
      const piece = buffer.subarray(0, bytesRead);
      let begin = 0;
      for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, begin)) {
        emit(piece.subarray(begin, end), position + end, true);
        begin = end + 1;
        start = position + begin;
      }
      const rest = piece.subarray(begin);
      if (rest.length > 0 && heldBytes < maxLineLength) {
        held.push(Buffer.from(rest));
        heldBytes += rest.length;
      }
      position += bytesRead;
    }
    if (position > start) emit(Buffer.alloc(0), position, false);
  } finally {
    await file.close();
  }
}
