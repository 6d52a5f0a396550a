import { expect, test } from 'vitest';
import { createAgentOutput } from '../../src/terminal/agent-output.ts';
import { createObservers } from '../../src/terminal/observers.ts';
import type { Pty } from '../../src/terminal/pty.ts';

/** A terminal whose output waits or does not. */
function played() {
  const written: string[] = [];
  const output = {
    isWaiting: false,
    write: (bytes: Uint8Array | string) => written.push(Buffer.from(bytes).toString()) > 0,
    writeNow() {},
    flush: () => Promise.resolve(),
  };
  const observers = createObservers({ wrote: (sequences) => agent.follow(sequences), typed() {} });
  const agent = createAgentOutput(output, observers, () => true);
  let draw = (_chunk: Buffer): void => {};
  const pty = {
    onOutput(listener: typeof draw) {
      draw = listener;
    },
    pause() {},
  } as unknown as Pty;
  return {
    output,
    agent,
    written,
    attach: () => agent.attach(pty),
    draw(text: string) {
      draw(Buffer.from(text));
      observers.settle();
    },
  };
}

test('the undoing of the modes is owed until the terminal has taken it', () => {
  const { output, agent, written, attach, draw } = played();
  attach();
  draw('\x1b[?2004h');
  output.isWaiting = true;
  agent.detach();
  expect(written.at(-1)).toBe('\x1b[m\x1b[?2004l');
  expect(agent.undo()).toBe('\x1b[m\x1b[?2004l');
  attach();
  draw('\x1b[?1004h');
  agent.detach();
  expect(agent.undo()).toBe('\x1b[m\x1b[?2004l\x1b[m\x1b[?1004l');
  output.isWaiting = false;
  expect(agent.undo()).toBe('');
});
