/** Rollouts of the real agent (0.169.0): turns that went well or badly, and one killed while a command ran. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTranscript } from '../../../src/agents/codex/transcript.ts';
import { summarizeTranscript } from '../../../src/agents/codex/transcript-summary.ts';
import { fixture } from '../../support/places.ts';

const path = (name: string) => fixture(`codex/${name}.jsonl`);
const observed = (name: string) =>
  readFileSync(path(name), 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => readTranscript(JSON.parse(line)));

test('turns, calls and failures in order', () => {
  expect(observed('turns').map((each) => ('failure' in each ? each.failure : each.type))).toEqual([
    'turn.started',
    'turn.ended',
    'turn.started',
    'tool.started',
    'tool.finished',
    'interrupted',
    'turn.started',
    'tool.started',
    'tool.finished',
    'turn.ended',
    'turn.started',
    'interrupted',
    'turn.started',
    'rate-limit',
    'turn.started',
    'history',
  ]);
});

test('a call that was cut off', async () => {
  expect(observed('killed-in-tool').at(-1)).toMatchObject({ type: 'tool.started', risk: 'command' });
  const summary = await summarizeTranscript(path('killed-in-tool'));
  expect(summary).toMatchObject({ tail: 'open call', lastText: 'I will use a tool.', lastMessageIndex: 3 });
  expect(summary.openCalls).toMatchObject([
    { tool: 'exec_command', command: 'echo $$ > tool.pid; sleep 300', risk: 'command', status: 'unknown' },
  ]);
});

test('a conversation at rest', async () => {
  const summary = await summarizeTranscript(path('turns'));
  expect(summary).toMatchObject({ tail: 'complete', openCalls: [] });
  expect(summary.settled.size).toBe(2);
});

test.each([null, 1, {}, { type: 'event_msg' }, { type: 'response_item', payload: [] }])(
  '%j says nothing',
  (record) => {
    expect(readTranscript(record)).toEqual([]);
  },
);
