import { expect, it, onTestFinished, vi } from 'vitest';
import type { Observation } from '../../src/events.ts';
import { sessionSensor } from '../../src/sensors/session.ts';

it('reports each change of session once, and only for the present agent', async () => {
  const sessions = new Map([[1, 'a']]);
  const told: Observation[] = [];
  const sensor = sessionSensor(async (pid) => sessions.get(pid) ?? null, 10);
  sensor.start((observation) => told.push(observation));
  onTestFinished(() => sensor.stop());
  const comes = (...ids: readonly string[]) =>
    vi.waitFor(
      () => expect(told.map((each) => each.type === 'session' && each.sessionId)).toEqual(ids),
      5_000,
    );
  sensor.newAgent(1);
  await comes('a');
  sessions.set(1, 'b');
  await comes('a', 'b');
  sessions.set(2, 'c');
  sensor.newAgent(2);
  await comes('a', 'b', 'c');
  sessions.delete(2);
  sessions.set(2, 'd');
  await comes('a', 'b', 'c', 'd');
});

it('looks again if the record could not be read', async () => {
  let looks = 0;
  const told: Observation[] = [];
  const sensor = sessionSensor(async () => {
    if (++looks === 1) throw new Error('EMFILE');
    return 'a';
  }, 10);
  sensor.start((observation) => told.push(observation));
  onTestFinished(() => sensor.stop());
  sensor.newAgent(1);
  await vi.waitFor(() => expect(told).toMatchObject([{ type: 'session', sessionId: 'a' }]), 5_000);
});
