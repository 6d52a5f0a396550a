/** What an agent floods a terminal with: coloured text, and the repaints of a full screen of it. */

const line =
  '\x1b[38;5;174m●\x1b[39m A line of text as an agent prints it, with \x1b[1mcolours\x1b[22m and ✻ signs\r\n';

const rows = 12;

function frame(index: number): string {
  const cleared = '\x1b[2K\x1b[1A'.repeat(rows);
  const drawn = Array.from(
    { length: rows },
    (_, row) =>
      `\x1b[38;2;215;119;87m${'✻✽✶∗'[index % 4]}\x1b[39m \x1b[2mThinking… (${index}s · ↑ ${index * 3} tokens · esc to interrupt)\x1b[22m ${'─'.repeat(row * 3)}\r\n`,
  );
  return `\x1b[?2026h\x1b[?25l${cleared}\x1b[G${drawn.join('')}\x1b[?25h\x1b[?2026l`;
}

export const textFlood = (bytes: number): Buffer => Buffer.alloc(bytes, line);

export function repaintFlood(bytes: number): Buffer {
  const frames = Array.from({ length: 1_000 }, (_, index) => frame(index)).join('');
  return Buffer.alloc(bytes, frames);
}
