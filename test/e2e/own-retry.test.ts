/** The agent's own retry is never answered, while older versions go on with its countdown. */
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { missing } from '../support/real-agent.ts';

describe.each([
  ['2.1.197', 1],
  ['2.1.42', 4], // it draws a countdown from the fourth try on
] as const)('Claude Code %s', (version, refusals) => {
  test.skipIf(missing(version))('a retry without an answer is cut as any other request', async () => {
    await onGuard({ version, firstParty: false }, async ({ api, terminal, submit, closedIncident }) => {
      const refused = Array.from({ length: refusals }, () => faults['error-500'].scenario);
      api.enqueue(...refused, faults['no-headers'].scenario);
      await submit('please go on');
      await terminal.waitFor(finished, 60_000);
      const { class: cause, outcome, actions } = await closedIncident();
      expect([cause, outcome]).toEqual(['no-first-byte', 'recovered']);
      expect(actions.map(({ action }) => action)).toEqual(['cut']);
    });
  });
});
