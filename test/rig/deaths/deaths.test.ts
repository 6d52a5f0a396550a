/** Guards that die while they repair a conversation; a seed is repeated with `npm run deaths -- --seed N --count 1 --tail`. */
import { expect, test, vi } from 'vitest';
import { bugs } from './bugs.ts';
import { play } from './play.ts';

/** Each seed is two or three processes. */
vi.setConfig({ testTimeout: 300_000 });

async function firstBroken(count: number, bug: string | null = null): Promise<string | null> {
  for (let seed = 1; seed <= count; seed++) {
    const [violation] = (await play(seed, bug)).violations;
    if (violation !== undefined) return `seed ${seed}: ${violation.rule}: ${violation.what}`;
  }
  return null;
}

test('whenever a guard dies, the conversation is the old one or the new one, and the next guard brings it back', async () => {
  expect(await firstBroken(25)).toBeNull();
});

test.each(Object.keys(bugs))('a planted bug is found: %s', async (name) => {
  expect(await firstBroken(200, name)).not.toBeNull();
});
