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
    expect(agent.submitted).toEqual(['the first half and the second']);
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
    const held = holdKeysWhileBooting(agent.desk, false, { bootMs: 0, silentMs: 60_000 });
    agent.personTypes('my thought');
    await pause(1_000);
    expect(agent.written).toEqual([]);
    agent.shows('idle');
    await held;
    expect(agent.box()).toBe('my thought');
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
