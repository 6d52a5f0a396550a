/** One agent after another: which one runs, and when everybody knows that one has ended. */
import { expect, test } from 'vitest';
import type { AgentProcess } from '../../src/guard/agent.ts';
import { partsOfRun } from '../support/run.ts';

const process = (generation: number): AgentProcess => ({ pid: generation, generation, kill() {} });

test('before the first one, nobody waits for an end', async () => {
  const { agent } = partsOfRun();
  await agent.gone;
  expect(agent.process).toBeNull();
});

test('that has ended no longer runs, and is gone once its end has been reported', async () => {
  const { agent } = partsOfRun();
  const first = process(1);
  const ended = agent.started(first);
  expect(agent.process).toBe(first);
  const order: string[] = [];
  void agent.gone.then(() => order.push('gone'));
  let tell = (): void => {};
  const telling = new Promise<void>((resolve) => {
    tell = resolve;
  });
  ended(async () => {
    order.push(agent.process === null ? 'nobody runs' : 'it runs');
    await telling;
    order.push('told');
  });
  tell();
  await agent.gone;
  expect(order).toEqual(['nobody runs', 'told', 'gone']);
});

test('a late report of one agent’s end is not taken for the next one’s', () => {
  const { agent } = partsOfRun();
  const ended = agent.started(process(1));
  const second = process(2);
  agent.started(second);
  ended(async () => {});
  expect(agent.process).toBe(second);
});
