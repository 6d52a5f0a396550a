/** Short episodes with the real agent, so that the rig itself is seen to work. */
import { describe, expect, test } from 'vitest';
import { missing } from '../../support/real-agent.ts';
import { check } from './check.ts';
import type { Plan, Turn } from './plan.ts';
import { playEpisode } from './play.ts';
import type { WorldLog } from './world-log.ts';

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

async function play(turns: readonly Turn[]): Promise<WorldLog> {
  const own = { ...plan, turns };
  const played = await playEpisode(own);
  played.remove();
  expect(check(own, played.log), played.screen).toEqual([]);
  return played.log;
}

describe.skipIf(missing(version))('an episode with the real agent', { timeout: 180_000 }, () => {
  test('an agent is killed and its line dies, and nothing is lost', async () => {
    const { entries, requests } = await play(plan.turns);
    const happened = new Set(entries.map(({ type }) => type));
    expect(happened).toContain('killed');
    expect(happened).toContain('draft.kept');
    expect(requests.map(({ gave }) => gave)).toContain('fault');
  });

  test('what is typed while the next agent boots is in its box', async () => {
    const at = (ms: number) => ({ after: 'answer', ms }) as const;
    const { entries } = await play([
      {
        tag: 'bcdfghj',
        task: 'drip',
        entry: 'typed',
        trouble: { type: 'kill', at: at(1_000) },
        meanwhile: { do: 'draft', at: at(2_600), tag: 'klmnpqr' },
      },
    ]);
    expect(entries.map(({ type }) => type)).toContain('draft.kept');
  });
});
