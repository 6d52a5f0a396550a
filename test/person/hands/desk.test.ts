/** What the hands know about the agent, and what they forget when another agent is started. */
import { expect, test } from 'vitest';
import type { Event } from '../../../src/events.ts';
import { typedAt } from './typed-at.ts';

const started: Event = {
  type: 'agent.started',
  generation: 2,
  pid: 1,
  resumed: true,
  prompted: false,
  at: 0,
};

test('nothing is known of the screen of an agent that has just been started', () => {
  const { desk, follow } = typedAt({ vim: 'insert' });
  expect([desk.facts.activity, desk.vim]).toEqual(['busy', true]);
  follow(started);
  expect([desk.facts.activity, desk.vim]).toEqual(['unknown', false]);
});

test('each turn that begins is counted, whatever shows it', () => {
  const { desk, follow } = typedAt();
  follow({ type: 'turn.started', at: 0 });
  follow({ type: 'request.sent', at: 0 });
  expect(desk.begun).toBe(2);
});

test('once the agent has ended, there is nothing to type at', () => {
  const agent = typedAt();
  expect(agent.desk.pty?.generation).toBe(1);
  agent.end();
  expect(agent.desk.pty).toBeNull();
});
