/** Reads files that are small and that a person writes. What stands in their place may be a pipe, a device or huge. */
import { closeSync, constants, openSync, readSync } from 'node:fs';

const maxBytes = 1_048_576;

/**
 * The text of the file, at most 1 MiB. Never waits: a pipe into which nobody has written is empty.
 * Throws as `fs.readFileSync` does, and with the code EFBIG if there is more.
 */
export function readSmallFile(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    if (length > maxBytes)
      throw Object.assign(new Error(`EFBIG: file too large, read '${path}'`), { code: 'EFBIG' });
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
