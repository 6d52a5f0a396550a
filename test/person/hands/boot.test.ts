/** Keys that are typed while the next agent boots wait until it listens. */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { holdKeysWhileBooting } from '../../../src/person/hands/boot.ts';
import { typedAt } from './typed-at.ts';

function booting() {
  const agent = typedAt();
  agent.shows('unknown');
  return agent;
}

describe.concurrent('keys while an agent boots', () => {
  test('wait for its box', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, false);
    agent.personTypes('my thought');
    await pause(300);
    expect(agent.written).toEqual([]);
    agent.shows('idle');
    await held;
    expect(agent.box()).toBe('my thought');
  });

  test('also wait until its own prompt is taken', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.personTypes('my thought');
    agent.shows('idle');
    await pause(1_000);
    expect(agent.written).toEqual([]);
    agent.shows('busy');
    await held;
    expect(agent.box()).toBe('my thought');
  });

  test('come after what the person had typed before, including Enter', async () => {
    const agent = booting();
    agent.desk.composer.addAside('the first half');
    const held = holdKeysWhileBooting(agent.desk, false);
    agent.personTypes(' and the second');
    agent.personTypes('\r');
    agent.shows('idle');
    await held;
    await expect.poll(() => agent.submitted).toEqual(['the first half and the second']);
    expect(agent.desk.composer.unsent).toBe('the first half and the second'); // until its turn begins
    agent.desk.composer.taken({ text: 'the first half and the second', id: null, atMs: 0 });
    expect(agent.desk.composer.unsent).toBe('');
  });

  test('are put aside if it asks something instead, and come back afterwards', async () => {
    const agent = booting();
    agent.desk.composer.addAside('the first half');
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.personTypes('my thought');
    agent.personTypes('\r');
    agent.ask();
    await held;
    expect(agent.written).toEqual([]);
    agent.answer();
    await expect.poll(agent.box).toBe('the first half\n\nmy thought');
    expect(agent.submitted).toEqual([]);
  });

  test('still reach it if they mean to leave, when it asks something: the rest does not', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.ask();
    for (const key of ['y', '\r', '\x03']) agent.personTypes(key);
    await held;
    expect(agent.written).toEqual(['\x03']);
    expect(agent.desk.composer.aside).toBe('y');
  });

  test('are put aside if it asks something while they are given: the question gets no Enter', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, false);
    for (const key of ['one', '\r', 'two', '\r']) agent.personTypes(key);
    agent.shows('idle');
    await held;
    expect(agent.written).toEqual(['one']);
    agent.ask();
    await expect.poll(() => agent.desk.terminal.keptBytes).toBe(0);
    expect(agent.written).toEqual(['one']);
    agent.answer();
    expect([agent.box(), agent.desk.composer.inBox, agent.desk.composer.aside]).toEqual([
      'one',
      'one',
      'two',
    ]);
    agent.personTypes('\r');
    await expect.poll(agent.box).toBe('two');
    expect(agent.submitted).toEqual(['one']);
  });

  test('wait while the picture looks like a question, which it may do between two repaints', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, false);
    for (const key of ['one', '\r']) agent.personTypes(key);
    agent.shows('idle');
    agent.flickers();
    await held;
    await expect.poll(() => agent.submitted).toEqual(['one']);
  });

  test('are not what the terminal answers to it: that reaches it at once, whatever is given back', async () => {
    const agent = booting();
    agent.desk.composer.addAside('my draft');
    const held = holdKeysWhileBooting(agent.desk, false);
    agent.personTypes('\x1bP>|foot(1.2)\x1b\\\x1b[?5u\x1b[?62;22c');
    expect(agent.written.join('')).toBe('\x1bP>|foot(1.2)\x1b\\\x1b[?5u\x1b[?62;22c');
    expect(agent.desk.terminal.keptBytes).toBe(0);
    agent.shows('idle');
    await held;
    expect(agent.box()).toBe('my draft');
  });

  test('answer what it asks', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.shows('dialog');
    await held;
    agent.personTypes('1');
    expect(agent.written).toEqual(['1']);
  });

  test('are released at once if one of them means to leave', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.personTypes('no\x03');
    await held;
    expect(agent.written.join('')).toBe('no\x03');
  });

  test('also wait until its own prompt is taken if one of them is Ctrl+D: what that does depends on the box', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.personTypes('\x04');
    agent.shows('idle');
    await pause(1_000);
    expect(agent.written).toEqual([]);
    agent.shows('busy');
    await held;
    expect(agent.written).toEqual(['\x04']);
  });

  test('go nowhere once it is gone', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true);
    agent.end();
    await held;
    expect(agent.written).toEqual([]);
  });
});

describe.concurrent('keys while an agent takes long to boot', () => {
  test('wait as long as it has drawn nothing', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, false, { bootMs: 0 });
    agent.personTypes('my thought');
    await pause(1_000);
    expect(agent.written).toEqual([]);
    agent.shows('idle');
    await held;
    expect(agent.box()).toBe('my thought');
  });

  test('do not wait for its own prompt for long if one of them is Ctrl+D', async () => {
    const agent = booting();
    const held = holdKeysWhileBooting(agent.desk, true, { leaveMs: 500 });
    agent.personTypes('\x04');
    agent.shows('idle');
    await pause(300);
    expect(agent.written).toEqual([]);
    await held;
    expect(agent.written).toEqual(['\x04']);
  });

  test('are released when what it has drawn cannot be read, or it draws nothing at all', async () => {
    for (const draws of [true, false]) {
      const agent = booting();
      const held = holdKeysWhileBooting(agent.desk, false, {
        bootMs: 100,
        silentMs: draws ? 60_000 : 100,
      });
      agent.personTypes('y');
      if (draws) agent.scrawls();
      await held;
      expect(agent.written.join('')).toBe('y');
    }
  });
});
