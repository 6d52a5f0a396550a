/** Answering a menu, while the person types and the keys are held for other reasons, too. */
import { expect, test } from 'vitest';
import { holdKeysWhileBooting } from '../../../src/person/hands/boot.ts';
import { choose } from '../../../src/person/hands/choose.ts';
import type { Desk } from '../../../src/person/hands/desk.ts';
import { betweenBurstsMs } from '../../../src/terminal/held-keys.ts';
import { typedAt } from './typed-at.ts';

/** An agent that asks how to resume. The cursor is on the first row, the wanted row is the second. */
function asked(options: Parameters<typeof typedAt>[0] = {}) {
  let chosen = 0;
  const times: [string, number][] = [];
  const agent = typedAt({
    ...options,
    onWrite(keys) {
      times.push([keys, performance.now()]);
      if (keys === '\x1b[B') chosen++;
    },
  });
  const menu = {
    read: () => ['summary', 'full'].map((text, index) => ({ text, chosen: index === chosen })),
    isAnswer: ({ text }: { readonly text: string }) => text === 'full',
  };
  const adapter = { ...agent.desk.launch.adapter, menu };
  const desk: Desk = Object.create(agent.desk, { launch: { value: { adapter } } });
  return { agent, desk, times };
}

test('nothing is chosen while the person’s editor has the terminal', async () => {
  const { agent, desk } = asked({ looksLent: () => true });
  expect(await choose(desk, 1, 'full')).toBe(false);
  expect(agent.written).toEqual([]);
});

test('the keys that are held while the next agent boots do not come between the guard’s own', async () => {
  const { agent, desk, times } = asked();
  agent.shows('unknown');
  const booted = holdKeysWhileBooting(desk, true);
  agent.ask();
  const chosen = choose(desk, 1, 'full');
  await booted;
  agent.personTypes('x');
  expect(await chosen).toBe(true);
  expect(agent.written).toEqual(['\x1b[B', '\r', 'x']);
  const [, enter, key] = times.map(([, at]) => at);
  expect((key ?? 0) - (enter ?? 0)).toBeGreaterThanOrEqual(betweenBurstsMs - 10);
});
