import { expect, it } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { programStatusSensor, readStatus } from '../../src/sensors/program-status.ts';
import type { Sequence } from '../../src/terminal/vt/sequences.ts';

it.each<[string, object | null]>([
  ['state=idle:app=claude-code', { state: 'idle' }],
  ['state=working:app=claude-code:msg=d2FpdA==', { state: 'working' }],
  ['state=blocked:kind=permission:msg=eA==', { state: 'blocked', kind: 'permission' }],
  ['state=error:app=claude-code:msg=eA==', { state: 'error' }],
  ['state=working:app=claude-code:id=a91556d06d86efef1:title=c3Vi', null], // a subagent
  ['state=clear', null],
  ['state=constructor', null],
  ['?', null],
  ['', null],
])('%j says %j', (payload, expected) => {
  expect(readStatus(payload)).toEqual(expected);
});

const osc = (payload: string): Sequence => ({ type: 'osc', payload });

it('answers each agent once', () => {
  const answers: string[] = [];
  const sensor = programStatusSensor((bytes) => answers.push(bytes));
  for (const payload of ['0;7501;?', '7501;state=idle', '7501;?', '7501;?']) sensor.listen(osc(payload));
  expect(answers).toEqual(['\x1b]7501;?\x1b\\']);
  sensor.newAgent();
  sensor.listen(osc('7501;?'));
  expect(answers).toHaveLength(2);
});

it('emits what the agent reports, and the last report from before the start', () => {
  const told: Observation[] = [];
  const sensor = programStatusSensor(() => {});
  for (const state of ['idle', 'working']) sensor.receive(osc(`7501;state=${state}`));
  sensor.start((observation) => told.push(observation));
  sensor.receive(osc('0;state=done'));
  sensor.receive(osc('7501;state=done:app=claude-code'));
  expect(told).toEqual([
    { type: 'program-status', state: 'working' },
    { type: 'program-status', state: 'done' },
  ]);
});
