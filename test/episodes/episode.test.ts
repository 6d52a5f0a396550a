/** One short episode with the real agent, so that the rig itself is seen to work. */
import { expect, test } from 'vitest';
import { check } from '../../src/episodes/check.ts';
import type { Plan, Turn } from '../../src/episodes/plan.ts';
import { playEpisode } from '../../src/episodes/play.ts';
import { missing } from '../support/real-agent.ts';

const version = '2.1.329';
const quiet: Pick<Turn, 'trouble' | 'meanwhile' | 'entry'> = {
  trouble: null,
  meanwhile: null,
  entry: 'typed',
};

const plan: Plan = {
  seed: 1,
  version,
  senses: 'all',
  surroundings: 'first-party',
  helpers: 'refused',
  tools: 'allow',
  dialogMs: 500,
  leave: '/exit',
  turns: [
    {
      ...quiet,
      tag: 'bcdfghj',
      task: 'tool',
      meanwhile: { do: 'draft', at: { after: 'answer', ms: 200 }, tag: 'klmnpqr' },
    },
    {
      tag: 'stvwxzb',
      task: 'drip',
      entry: 'draft',
      trouble: { type: 'kill', at: { after: 'answer', ms: 800 } },
      meanwhile: null,
    },
    { ...quiet, tag: 'zxwvtsr', task: 'text', trouble: { type: 'fault', name: 'dead-mid-text' } },
  ],
};

test.skipIf(missing(version))(
  'an agent is killed and its line dies, and nothing is lost',
  { timeout: 180_000 },
  async () => {
    const played = await playEpisode(plan);
    try {
      expect(check(plan, played.log), played.screen).toEqual([]);
      const happened = new Set(played.log.entries.map(({ type }) => type));
      expect(happened).toContain('killed');
      expect(happened).toContain('draft.kept');
      expect(played.log.requests.map(({ gave }) => gave)).toContain('fault');
    } finally {
      played.remove();
    }
  },
);
