/**
 * Reads a socket into one buffer again and again. By itself, node allocates 64 KiB for each read, however few bytes
 * come, which is half of what an event of a streamed answer costs. Such a socket has no `data`, and cannot be piped.
 */
import type { OnReadOpts } from 'node:net';

export interface Inlet {
  /** For the socket. It must be paused until `pass` is set. */
  readonly onread: OnReadOpts;
  /**
   * Takes the bytes, which are valid during the call.
   * @returns true if they are still needed afterwards
   */
  pass: (bytes: Buffer) => boolean;
}

const bufferBytes = 64 * 1024;

export function createInlet(): Inlet {
  let buffer = Buffer.allocUnsafeSlow(bufferBytes);
  const inlet: Inlet = {
    onread: {
      // Node asks after each read where the next one is to go.
      buffer: () => buffer,
      callback(length) {
        if (inlet.pass(buffer.subarray(0, length))) buffer = Buffer.allocUnsafeSlow(bufferBytes);
        return true;
      },
    },
    pass: () => false,
  };
  return inlet;
}
