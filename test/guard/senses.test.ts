import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { noEvidence, observe } from '../../src/detect/evidence/index.ts';
import type { Observation, ScreenFacts } from '../../src/events.ts';
import { commonSenses } from '../../src/guard/senses.ts';
import { partsOfRun } from '../support/run.ts';

/** The senses of an agent without hooks, and what they tell the one that looks at its processes. */
function senses() {
  const look = vi.fn(() => []);
  const parts = {
    run: {
      paths: { spool: '/nowhere', commands: '/nowhere' },
      user: { proxy: {}, api: { secure: true, host: 'api.example', port: 443 } },
      launch: { adapter: {}, env: {} },
      config: { senses: {} },
      wantsHooks: false,
    },
    agent: { kin: { look, last: () => null } },
    conversation: {},
    wire: { tunnel: null },
  };
  const common = commonSenses(parts as never, () => true);
  const working = vi.spyOn(common.process, 'working');
  let evidence = noEvidence(0);
  const tell = (...observations: readonly Observation[]) => {
    for (const observation of observations) {
      const event = { ...observation, at: evidence.now + 1_000 };
      evidence = observe(evidence, event);
      common.tell(event, evidence);
    }
  };
  const shows = (activity: ScreenFacts['activity']): Observation => ({ type: 'screen', facts: { activity } });
  tell({ type: 'agent.started', generation: 1, pid: 7, resumed: false, prompted: false }, shows('idle'));
  const told = () => working.mock.calls.map(([works, waits = false]) => [works, waits]);
  return { tell, shows, told, working, look };
}

it.each(['dialog', 'limit', 'unknown'] as const)(
  '%s in mid-turn: the turn waits, but does not end',
  (asked) => {
    const { tell, shows, told, working, look } = senses();
    tell(shows('busy'));
    working.mockClear();
    look.mockClear();
    tell(shows(asked), shows('busy'));
    expect(told().map(([works]) => works)).not.toContain(false);
    expect(told()[0]).toEqual([true, true]);
    expect(told().at(-1)).toEqual([true, false]);
    expect(look).not.toHaveBeenCalled();
    tell(shows(asked), shows('idle'));
    expect(told().at(-1)).toEqual([false, false]);
    expect(look).toHaveBeenCalledOnce();
  },
);

it('the program status tells the same: blocked in mid-turn', () => {
  const { tell, shows, told, working } = senses();
  tell({ type: 'program-status', state: 'working' }, shows('busy'));
  working.mockClear();
  tell({ type: 'program-status', state: 'blocked' }, shows('dialog'));
  tell(shows('busy'), { type: 'program-status', state: 'working' });
  expect(told().map(([works]) => works)).not.toContain(false);
});

it('a menu at a free prompt begins no turn', () => {
  const { tell, shows, told } = senses();
  tell(shows('dialog'), shows('idle'));
  expect(told().map(([works]) => works)).not.toContain(true);
});

it('tells the permission mode only when it has changed', async () => {
  const { run, agent, conversation, wire, told } = partsOfRun({ hooks: true });
  const { sensors, catchUp } = commonSenses({ run, agent, conversation, wire }, () => true);
  const hooks = sensors.find(({ name }) => name === 'hooks');
  await hooks?.start((observation) => run.emit(observation));
  const word = agent.hooks.renew();
  agent.hooks.startedAs(7);
  for (const [index, permission_mode] of ['default', 'default', 'plan'].entries()) {
    const payload = { hook_event_name: 'PreToolUse', prompt_id: 'p1', permission_mode };
    writeFileSync(join(run.paths.spool, `${word}.7.${index}.json`), JSON.stringify(payload));
    await catchUp();
  }
  await hooks?.stop();
  expect(told).toEqual(['default', 'plan'].map((mode) => expect.objectContaining({ mode })));
});
