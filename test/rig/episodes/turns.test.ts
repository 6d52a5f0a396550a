/** The person of an episode goes on only when a turn is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ApiRequest } from '../../../src/drill/api/api.ts';
import type { Turn } from './plan.ts';
import { playTurns, type Scene } from './turns.ts';

const turn = (tag: string): Turn => ({ tag, task: 'text', trouble: null, entry: 'typed', meanwhile: null });

const answered = (number: number, tag: string) =>
  ({
    number,
    kind: 'main',
    endedAt: Date.now(),
    ended: 'complete',
    body: { messages: [{ role: 'user', content: `Task ${tag}` }] },
  }) as unknown as ApiRequest;

test('a turn whose words have come before its command was asked about is not over with the answer', async () => {
  const requests: ApiRequest[] = [];
  const happened: string[] = [];
  let asks = false;
  const person = {
    async send(tag: string) {
      happened.push(`sent ${tag}`);
      asks = tag === 'first';
      requests.push(answered(requests.length + 1, tag));
    },
    press() {
      asks = false;
      void sleep(1_000).then(() => {
        happened.push('the result is sent');
        requests.push(answered(requests.length + 1, 'first'));
      });
    },
  };
  await playTurns({
    plan: { dialogMs: 3_000, turns: [turn('first'), turn('second')] },
    world: { api: { turns: () => requests } },
    model: { gave: () => 'final' },
    terminal: { text: () => (asks ? 'Do you want to proceed?' : ''), rows: () => [] },
    person,
    note: () => {},
  } as unknown as Scene);
  expect(happened).toEqual(['sent first', 'the result is sent', 'sent second']);
}, 20_000);
