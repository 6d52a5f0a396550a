/** Every reader of foreign input: what was found to hurt it once, and a few new bad inputs. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { fixture } from '../support/places.ts';
import { mutator } from './mutate.ts';
import { targets } from './targets.ts';

const fresh = 25;

function kept(name: string): readonly Buffer[] {
  const folder = fixture('fuzz', name);
  return existsSync(folder) ? readdirSync(folder).map((file) => readFileSync(join(folder, file))) : [];
}

test.each(Object.entries(targets))('%s: no input hurts', async (name, target) => {
  const reader = await target.open(temporaryFolder());
  onTestFinished(() => reader.close());
  const inputOf = mutator(target, 1);
  const inputs = [...kept(name), ...Array.from({ length: fresh }, (_, number) => inputOf(number))];
  for (const input of inputs) await reader.read(input);
  expect(inputs.length).toBeGreaterThanOrEqual(fresh);
});

test('an input is known by seed and number', () => {
  for (const target of Object.values(targets)) {
    const [one, other] = [mutator(target, 3), mutator(target, 3)];
    expect(one(7).equals(other(7))).toBe(true);
    expect(one(7).equals(mutator(target, 4)(7))).toBe(false);
  }
});
