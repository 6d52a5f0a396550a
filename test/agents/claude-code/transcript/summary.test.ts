import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarizeTranscript } from '../../../../src/agents/claude-code/transcript/summary.ts';
import { interruptedPrompt } from '../../../../src/recover/prompt.ts';
import { buildSnapshot, type TranscriptTail } from '../../../../src/recover/snapshot.ts';
import { facts, options } from '../../../recover/facts.ts';
import { names, recordsOf, textOf, toText, withFile } from './transcripts.ts';

const summarize = (text: string) => withFile(text, summarizeTranscript);

describe('how the recordings end', () => {
  const table: [string, TranscriptTail, number | null][] = [
    ['329-noheaders-killed', 'prompt', 0],
    ['329-exec-killed', 'open call', 1],
    ['197-exec-killed', 'open call', 1],
    ['42-exec-killed', 'open call', 1],
    ['56-tooldone-killed', 'open call', 1],
    ['329-afterresult-killed', 'tool result', 2],
    ['56-afterresult-killed', 'tool result', 2],
    ['197-idle-killed', 'complete', 1],
    ['42-idle-killed', 'complete', 1],
    ['56-idle-killed', 'complete', 1],
    ['329-subagent-file', 'empty', null],
  ];
  test.each(table)('%s: %s', async (name, tail, index) => {
    expect(await summarize(textOf(name))).toMatchObject({ tail, lastMessageIndex: index });
  });
});

test('an open call with everything that is known of it', async () => {
  const { openCalls } = await summarize(textOf('329-exec-killed'));
  expect(openCalls).toMatchObject([
    {
      toolUseId: 'toolu_011395411',
      tool: 'Bash',
      risk: 'command',
      status: 'unknown',
      command: expect.stringMatching(/^for i/),
    },
  ]);
});

test('parallel calls: only the one without a result is open, wherever its line is', async () => {
  const records = recordsOf(textOf('42-parallel'));
  const end = records.findIndex((record) => JSON.stringify(record).includes('"tool_use_id":"toolu_pa"'));
  const { openCalls, settled } = await summarize(toText(records.slice(0, end)));
  expect(openCalls.map((call) => call.toolUseId)).toEqual(['toolu_pa']);
  expect([...settled]).toEqual(['toolu_pb', 'toolu_pc']);
});

test('a call that the person has left behind with a new prompt is no longer open', async () => {
  expect((await summarize(textOf('197-resumed-orphan'))).openCalls).toEqual([]);
  expect((await summarize(textOf('42-resumed-orphan'))).openCalls).toEqual([]);
});

test('results in a subagent’s file settle its calls', async () => {
  await withFile(textOf('197-idle-killed'), async (path) => {
    const folder = join(dirname(path), '0d0b1c1e-0000-4000-8000-000000000000', 'subagents');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'agent-1.jsonl'), textOf('197-subagent-file'));
    expect([...(await summarizeTranscript(path)).settled]).toEqual(['toolu_drill00000004']);
  });
});

test('open to-dos: the whole list of older versions, the single tasks of newer ones', async () => {
  expect((await summarize(textOf('42-parallel'))).todos).toEqual([
    { content: 'first', status: 'completed' },
    { content: 'second', status: 'in_progress' },
  ]);
  expect((await summarize(textOf('197-parallel'))).todos).toEqual([{ content: 'second', status: 'pending' }]);
  const update = {
    type: 'tool_use',
    id: 'toolu_x',
    name: 'TaskUpdate',
    input: { taskId: '1', status: 'completed' },
  };
  const line = {
    type: 'assistant',
    uuid: 'a',
    parentUuid: null,
    message: { role: 'assistant', content: [update] },
  };
  expect((await summarize(textOf('197-parallel') + toText([line]))).todos).toEqual([
    { content: 'second', status: 'completed' },
  ]);
});

test('the last backup of files', async () => {
  const snapshot = {
    messageId: 'm',
    trackedFileBackups: { '/p/a.ts': {} },
    timestamp: '2026-11-21T00:00:00Z',
  };
  const text =
    textOf('42-idle-killed') + toText([{ type: 'file-history-snapshot', messageId: 'm', snapshot }]);
  expect((await summarize(text)).checkpoint).toEqual({
    message_id: 'm',
    at: '2026-11-21T00:00:00Z',
    files: ['/p/a.ts'],
  });
});

test('any prefix of any recording gives a snapshot and a prompt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), fc.nat(), async (name, at) => {
      const text = textOf(name);
      const transcript = await summarize(text.slice(0, at % (text.length + 1)));
      const snapshot = buildSnapshot({ ...facts, transcript });
      expect(interruptedPrompt(snapshot, options)).toMatch(/^You were interrupted/);
    }),
    { numRuns: 150 },
  );
});
