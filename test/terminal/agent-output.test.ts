import { describe, expect, test } from 'vitest';
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

describe('our title comes down', () => {
  const save = '\x1b[22;0t';
  const bringBack = '\x1b]0;\x07\x1b[23;0t'; // a terminal that keeps no titles shows none

  test('the terminal’s own comes back if the agent has set none', () => {
    const { agent, written, attach } = played();
    attach();
    for (const title of ['waiting', 'still waiting', null, 'again']) agent.setTitle(title);
    expect(written).toEqual([
      `${save}\x1b]0;waiting\x07`,
      '\x1b]0;still waiting\x07',
      bringBack,
      `${save}\x1b]0;again\x07`,
    ]);
    expect(agent.undo()).toBe(bringBack);
  });

  test('the agent’s comes back if it has set one', () => {
    const { agent, written, attach, draw } = played();
    attach();
    draw('\x1b]0;toy\x07');
    agent.setTitle('waiting');
    agent.setTitle(null);
    expect(written.slice(1)).toEqual(['\x1b]0;waiting\x07', '\x1b]0;toy\x07']);
  });

  test('the agent’s comes back if it has set one meanwhile, and nothing is left saved', () => {
    const { agent, written, attach, draw } = played();
    attach();
    agent.setTitle('waiting');
    draw('\x1b]0;toy\x07');
    agent.setTitle(null);
    expect(written.at(-1)).toBe('\x1b[23;0t\x1b]0;toy\x07');
    expect(agent.undo()).toBe('\x1b[m\x1b]0;\x07');
  });

  test('the terminal’s own comes back after an agent that ended below it', () => {
    const { agent, written, attach } = played();
    attach();
    agent.setTitle('waiting');
    agent.detach();
    attach();
    expect(written.at(-1)).toBe('\x1b]0;waiting\x07');
    expect(agent.undo()).toBe(bringBack);
    agent.setTitle(null);
    expect(written.at(-1)).toBe(bringBack);
  });
});
