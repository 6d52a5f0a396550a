import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerCall } from '../../src/recover/ledger.ts';
import { buildSnapshot, type SnapshotFacts } from '../../src/recover/snapshot.ts';
import { facts, noTranscript, toolCall } from './facts.ts';

const bash = (status: LedgerCall['status']): LedgerCall => ({
  subagent: null,
  before: null,
  toolUseId: 'toolu_1',
  tool: 'Bash',
  risk: 'command',
  status,
  command: 'date >> log',
});

const of = (changes: Partial<SnapshotFacts>) => buildSnapshot({ ...facts, ...changes });

describe('phase', () => {
  const table: [string, Partial<SnapshotFacts>, string][] = [
    ['nothing known', {}, 'between_turns'],
    ['turn running, nothing else known', { turnRunning: true }, 'streaming'],
    ['compaction wins', { compacting: true, ledger: [bash('started')] }, 'compacting'],
    ['a started call', { ledger: [bash('started')], turnRunning: true }, 'tool_execution'],
    [
      'a finished call whose message is still open',
      { ledger: [bash('finished')], turnRunning: true },
      'streaming',
    ],
    [
      'no hooks, call on disk without result',
      { transcript: { ...noTranscript, tail: 'open call', openCalls: [bash('unknown')] } },
      'tool_execution',
    ],
    ['result without the next answer', { transcript: { ...noTranscript, tail: 'tool result' } }, 'streaming'],
    ['prompt without answer', { transcript: { ...noTranscript, tail: 'prompt' } }, 'streaming'],
    ['complete turn', { transcript: { ...noTranscript, tail: 'complete' } }, 'between_turns'],
    [
      'the live state wins over the file',
      { turnRunning: true, transcript: { ...noTranscript, tail: 'complete' } },
      'streaming',
    ],
  ];
  test.each(table)('%s', (_title, changes, phase) => {
    expect(of(changes).disconnect_phase).toBe(phase);
  });
});

describe('active tool calls', () => {
  test('a call that ran before its message was recorded is reported, even finished', () => {
    const calls = of({ ledger: [bash('finished')], transcript: noTranscript }).active_tool_calls;
    expect(calls).toEqual([
      { tool_use_id: 'toolu_1', tool: 'Bash', command: 'date >> log', status: 'finished', risk: 'command' },
    ]);
  });
  test('a call with a recorded result is not', () => {
    const transcript = { ...noTranscript, settled: new Set(['toolu_1']) };
    expect(of({ ledger: [bash('finished')], transcript }).active_tool_calls).toEqual([]);
  });
  test('what hooks report wins over what the file suggests', () => {
    const transcript = { ...noTranscript, openCalls: [bash('unknown')] };
    expect(
      of({ ledger: [bash('started')], transcript }).active_tool_calls.map((call) => call.status),
    ).toEqual(['started']);
  });
});

test('completed todos are not pending', () => {
  const todos = [
    { content: 'a', status: 'completed' },
    { content: 'b', status: 'in_progress' },
  ];
  expect(of({ transcript: { ...noTranscript, todos } }).pending_todos).toEqual([
    { content: 'b', status: 'in_progress' },
  ]);
});

test('the unfinished answer: screen first, then the transcript, and never a complete answer', () => {
  const partial = { ...noTranscript, tail: 'partial answer', lastText: 'from disk' } as const;
  expect(of({ screenText: 'on screen', transcript: partial }).partial_response_text).toBe('on screen');
  expect(of({ screenText: ' ', transcript: partial }).partial_response_text).toBe('from disk');
  expect(of({ transcript: { ...partial, tail: 'complete' } }).partial_response_text).toBeNull();
});

test('any ledger gives a snapshot with exactly the public fields', () => {
  fc.assert(
    fc.property(
      fc.array(toolCall),
      fc.option(fc.boolean()),
      fc.boolean(),
      (ledger, turnRunning, compacting) => {
        const snapshot = of({ ledger, turnRunning, compacting });
        expect(Object.keys(snapshot)).toEqual([
          'session_id',
          'disconnect_phase',
          'active_tool_calls',
          'partial_response_text',
          'last_committed_message_index',
          'last_file_checkpoint',
          'pending_todos',
          'cause',
          'agent_version',
          'written_at',
        ]);
        expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
      },
    ),
  );
});
