/** The line discipline of the person's terminal, and its input. */
import { spawnSync } from 'node:child_process';
import type { OnReadOpts, SocketConstructorOpts } from 'node:net';
import { ReadStream } from 'node:tty';

export interface Line {
  readonly input: ReadStream;
  /** Raw: each byte arrives as it is typed, and output is left alone. Otherwise: as the shell had it. */
  setRaw(on: boolean): void;
  /**
   * libuv's raw mode leaves output processing on, which would turn the agent's `\n` into `\r\n` a second time. This
   * switches it off. It starts a process, which takes some milliseconds.
   */
  leaveOutputAlone(): void;
  /** To be called before the chunk is written. */
  beforeOutput(chunk: Buffer): void;
  /** The input is read as long as no reason stops it. */
  stopInput(why: 'backlog' | 'suspended', stopped: boolean): void;
}

/** More than a terminal hands out at once. */
const readBytes = 65_536;

/**
 * One buffer for all reads, past the stream: that takes a third of the time, and each key and its echo wait for it.
 * @param read called with each chunk, once the input is resumed
 */
export function openLine(read: (chunk: Buffer) => void): Line {
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const reading: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
    onread: {
      buffer,
      callback(bytes) {
        read(Buffer.from(buffer.subarray(0, bytes))); // the keys are kept longer than the buffer
        return stoppedBy.size === 0;
      },
    },
  };
  const input = new ReadStream(0, reading);
  const stoppedBy = new Set<string>();
  let isPlain = false;

  function leaveOutputAlone(): void {
    if (isPlain || !input.isRaw) return;
    spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
    isPlain = true;
  }

  return {
    input,
    setRaw(on) {
      input.setRawMode(on);
      isPlain = false;
    },
    leaveOutputAlone,
    beforeOutput(chunk) {
      if (!isPlain && chunk.includes(0x0a)) leaveOutputAlone();
    },
    stopInput(why, stopped) {
      if (stopped) stoppedBy.add(why);
      else stoppedBy.delete(why);
      if (stoppedBy.size > 0) input.pause();
      else input.resume();
    },
  };
}
