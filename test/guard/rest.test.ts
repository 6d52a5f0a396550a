/** A whole session at rest: what it records meanwhile, and that the first key wakes it. */
import { expect, onTestFinished, test, vi } from 'vitest';
import { openStage } from '../../src/drill/stage.ts';

test('a session at its prompt comes to rest, and a key ends the rest', { timeout: 120_000 }, async () => {
  const { signal } = new AbortController();
  const stage = await openStage({ agent: null, tools: 'allow', settings: {}, signal });
  onTestFinished(() => stage.close());
  const ticks = () =>
    stage
      .journal()
      .flatMap(({ entries }) => entries)
      .flatMap((entry) => ('event' in entry && entry.event.type === 'tick' ? [entry.event] : []));
  const rests = () => ticks().at(-1)?.restMs !== undefined;
  await vi.waitFor(() => expect(rests()).toBe(true), { timeout: 60_000, interval: 200 });
  stage.terminal.write('x');
  await vi.waitFor(() => expect(rests()).toBe(false), { timeout: 30_000, interval: 200 });
  expect(stage.incidents()).toEqual([]);
});
