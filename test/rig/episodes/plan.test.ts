import { expect, test } from 'vitest';
import { describePlan } from './describe-plan.ts';
import { type Plan, planOf, type Turn } from './plan.ts';

const versions = ['2.1.332', '2.1.42', '2.1.263'];
const plans = Array.from({ length: 300 }, (_, seed) => planOf(seed, versions));
const turns = plans.flatMap((plan) => plan.turns);

test('a seed draws the same plan again', () => {
  expect(plans.map(({ seed }) => planOf(seed, versions))).toEqual(plans);
});

test('another seed draws another', () => {
  const texts = plans.map((plan) => describePlan(plan).join('\n').replace(/^.*?:/, ''));
  expect(new Set(texts).size).toBe(texts.length);
});

test('one more version redraws nothing but the version, as long as it loses nothing by itself', () => {
  const more = plans.map(({ seed }) => planOf(seed, [...versions, '2.1.38']));
  const others = (plan: Plan) => ({ ...plan, version: '' });
  expect(more.map(others)).toEqual(plans.map(others));
});

test('everything comes up', () => {
  const seen = (what: (plan: Plan) => unknown) => new Set(plans.map(what)).size;
  expect(seen(({ version }) => version)).toBe(versions.length);
  expect(seen(({ senses }) => senses)).toBe(4);
  expect(seen(({ helpers }) => helpers)).toBe(3);
  expect(seen(({ surroundings, tools }) => `${surroundings} ${tools}`)).toBe(4);
  expect(new Set(turns.map(({ task }) => task)).size).toBe(6);
  expect(new Set(turns.map(({ trouble }) => trouble?.type)).size).toBe(4);
  expect(new Set(turns.map(({ entry }) => entry)).size).toBe(3);
  expect(new Set(turns.map(({ meanwhile }) => meanwhile?.do)).size).toBe(4);
});

test('a prompt is known by a tag of its own', () => {
  for (const plan of plans) {
    const tags = plan.turns.flatMap(({ tag, meanwhile }) => [tag, ...(meanwhile ? [meanwhile.tag] : [])]);
    expect(new Set(tags).size).toBe(tags.length);
  }
});

test('nothing is typed while a permission dialog may be open', () => {
  for (const { task, trouble, meanwhile } of plans
    .filter(({ tools }) => tools === 'ask')
    .flatMap((plan) => plan.turns))
    if (task === 'tool' || task === 'long-tool' || trouble !== null) expect(meanwhile).toBeNull();
});

test('a draft is completed by the next prompt', () => {
  for (const plan of plans)
    for (const [index, turn] of plan.turns.entries())
      expect(turn.entry === 'draft').toBe(plan.turns[index - 1]?.meanwhile?.do === 'draft');
});

test('without trouble there is none, and all else is as it was drawn', () => {
  for (const plan of plans) {
    const healthy = planOf(plan.seed, versions, { healthy: true });
    expect(healthy.turns.filter(({ trouble }) => trouble !== null)).toEqual([]);
    expect(healthy.turns.map(({ tag }) => tag)).toEqual(plan.turns.map(({ tag }) => tag));
  }
  expect(planOf(1, versions, { turns: 12 }).turns).toHaveLength(12);
});

test('a message is not queued where the agent itself would lose or double it', () => {
  const queued = (version: string, hits: (turn: Turn) => boolean) =>
    plans
      .map(({ seed }) => planOf(seed, [version]))
      .flatMap(({ turns }) => turns)
      .filter((turn) => turn.meanwhile?.do === 'queue' && hits(turn)).length;
  const breaks = ({ trouble }: Turn) => trouble?.type === 'fault' && trouble.name === 'dead-after-tool';
  const runsTool = ({ task }: Turn) => task === 'tool';
  expect(queued('2.1.329', breaks)).toBeGreaterThan(0);
  expect(queued('2.1.132', breaks)).toBe(0);
  expect(queued('2.1.132', runsTool)).toBeGreaterThan(0);
  expect(queued('2.0.35', runsTool)).toBe(0);
});
