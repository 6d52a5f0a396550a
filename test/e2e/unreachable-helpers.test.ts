/** The person's proxy cannot reach the hosts that the agent's helpers ask for: what it answers is passed on, once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

/** Longer than a few tries of ours would take. */
const furtherTriesMs = 6_000;

describe.skipIf(missing('2.1.263'))('a helper whose host the proxy answers with a 502', () => {
  test('asks once, as it would without a guard, and holds nobody up', async () => {
    await onGuard({ version: '2.1.263', firstParty: true, world: { helpers: 'broken' } }, async (guarded) => {
      const { standIn, terminal, submit, until, incidents } = guarded;
      const asked = (host: string) => standIn?.connects.filter((target) => target === `${host}:443`).length;
      await submit('please go on');
      await terminal.waitFor(finished);
      await until('git has asked', () => asked('github.com') !== 0);
      await sleep(furtherTriesMs);
      expect(asked('github.com')).toBe(1); // one clone of the plugin marketplace
      expect(incidents()).toEqual([]);
    });
  });
});
