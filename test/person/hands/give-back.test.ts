/** The person's text is given back into an empty box, whenever there is one, and never on top of other text. */
import { describe, expect, test } from 'vitest';
import { giveBack, releaseKeys } from '../../../src/person/hands/give-back.ts';
import { type TypedAt, typedAt } from './typed-at.ts';

/** A box that may be typed into is seen empty twice, and then it is. */
async function isLookedAtInVain(agent: TypedAt): Promise<void> {
  await expect.poll(() => agent.looks).toBeGreaterThan(10);
  expect(agent.written).toEqual([]);
}

describe.concurrent('what was put aside', () => {
  test('is pasted, and not sent', async () => {
    const agent = typedAt();
    agent.desk.composer.addAside('line one\nline two');
    await giveBack(agent.desk);
    expect(agent.written).toEqual(['\x1b[200~line one\nline two\x1b[201~']);
    expect([agent.desk.composer.aside, agent.desk.composer.inBox]).toEqual(['', 'line one\nline two']);
  });

  test('is pasted once, however often it is to be given back', async () => {
    const agent = typedAt();
    agent.desk.composer.addAside('my draft');
    await Promise.all([giveBack(agent.desk), giveBack(agent.desk), giveBack(agent.desk)]);
    expect(agent.written).toEqual(['\x1b[200~my draft\x1b[201~']);
  });

  test('waits while a nudge has the box', async () => {
    const agent = typedAt();
    agent.desk.isNudging = true;
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    await isLookedAtInVain(agent);
    agent.desk.isNudging = false;
    await given;
    expect(agent.box()).toBe('my draft');
  });

  test('is pasted together with what was typed meanwhile', async () => {
    const agent = typedAt();
    const release = agent.desk.terminal.hold();
    agent.desk.composer.addAside('my draft!');
    agent.personTypes('\x7f and more');
    await giveBack(agent.desk);
    release();
    expect(agent.written).toEqual(['\x1b[200~my draft and more\x1b[201~']);
  });

  test('is text also in vim’s NORMAL mode', async () => {
    const agent = typedAt({ vim: 'normal' });
    agent.desk.composer.addAside('my draft');
    await giveBack(agent.desk);
    expect(agent.box()).toBe('my draft');
  });

  test('waits for an agent that has drawn its box but does not take keys yet', async () => {
    let takesKeys = false;
    let asked = 0;
    const agent = typedAt({
      takesKeys() {
        asked++;
        return takesKeys;
      },
    });
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    await expect.poll(() => asked).toBeGreaterThan(1);
    expect(agent.written).toEqual([]);
    takesKeys = true;
    await given;
    expect(agent.box()).toBe('my draft');
  });

  test('waits while another process has the terminal, such as the person’s editor', async () => {
    let isLent = true;
    let asked = 0;
    const agent = typedAt({
      looksLent() {
        asked++;
        return isLent;
      },
    });
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    await expect.poll(() => asked).toBeGreaterThan(1);
    expect(agent.written).toEqual([]);
    isLent = false;
    await given;
    expect(agent.box()).toBe('my draft');
  });

  test('is pasted again if the agent has lost it, and stays aside until it is seen in the box', async () => {
    let isDeaf = true;
    const agent = typedAt({ hears: () => !isDeaf });
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    await expect.poll(() => agent.written.length).toBe(1);
    expect([agent.desk.composer.aside, agent.box()]).toEqual(['my draft', '']);
    isDeaf = false;
    await given;
    expect([agent.desk.composer.aside, agent.box()]).toEqual(['', 'my draft']);
  });

  // Half a minute.
  test.skipIf(process.env.NIGHTLY === undefined)('stays aside if the agent never takes it', async () => {
    const agent = typedAt({ hears: () => false });
    agent.desk.composer.addAside('my draft');
    await giveBack(agent.desk);
    expect([agent.written.length, agent.desk.composer.aside]).toEqual([3, 'my draft']);
  });

  test('waits if the person was quicker', async () => {
    const agent = typedAt({ draft: 'something new' });
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    await isLookedAtInVain(agent);
    agent.personTypes('\x15');
    await given;
    expect(agent.box()).toBe('my draft');
  });

  test('is nothing once a paste has ended, whatever is in the box: no key is held for it', async () => {
    const agent = typedAt({ draft: 'a prompt that came back' });
    const release = agent.desk.terminal.hold();
    agent.personTypes('\x1b[200~my text');
    void releaseKeys(agent.desk, release);
    agent.personTypes('\x1b[201~');
    await expect.poll(agent.box, { timeout: 5_000 }).toBe('a prompt that came backmy text');
  });

  test('is kept for the next agent if this one ends', async () => {
    const agent = typedAt({ draft: 'something new' });
    agent.desk.composer.addAside('my draft');
    const given = giveBack(agent.desk);
    agent.end();
    await given;
    agent.desk.composer.rescue();
    expect(agent.desk.composer.aside).toBe('my draft\n\nsomething new');
  });
});
