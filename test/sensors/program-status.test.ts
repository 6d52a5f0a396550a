import { expect, it } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { programStatusSensor, readStatus } from '../../src/sensors/program-status.ts';

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

it('answers each agent once, however the question is cut', () => {
  const answers: string[] = [];
  const told: Observation[] = [];
  const sensor = programStatusSensor((bytes) => answers.push(bytes));
  sensor.start((observation) => told.push(observation));
  for (const piece of ['\x1b[?25l\x1b]75', '01;?\x1b', '\\', '\x1b]7501;?\x1b\\'])
    sensor.listen(Buffer.from(piece));
  expect(answers).toEqual(['\x1b]7501;?\x1b\\']);
  sensor.newAgent();
  sensor.listen(Buffer.from('\x1b]7501;?\x1b\\'));
  expect(answers).toHaveLength(2);
  sensor.receive('state=done:app=claude-code');
  expect(told).toEqual([{ type: 'program-status', state: 'done' }]);
});
