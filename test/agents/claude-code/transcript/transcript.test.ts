import { expect, it } from 'vitest';
import { readTranscript } from '../../../../src/agents/claude-code/transcript/transcript.ts';

const assistant = (content: unknown, more = {}) => ({ type: 'assistant', message: { content }, ...more });
const brokenOff = (version: string) => ({
  type: 'assistant',
  version,
  message: { content: [{ type: 'text', text: 'Hello' }], stop_reason: null },
});
const endedBy = (stop_reason: string) => ({
  type: 'assistant',
  version: '2.1.263',
  message: { content: [{ type: 'text', text: 'Hello' }], stop_reason },
});
const user = (content: unknown, more = {}) => ({ type: 'user', message: { content }, ...more });
const call = { type: 'tool_use', id: 't1', name: 'Edit', input: { file_path: '/a' } };

it.each<[string, unknown, readonly object[]]>([
  ['a prompt', user('do it'), [{ type: 'prompt.recorded' }]],
  [
    'a tool call',
    assistant([{ type: 'text', text: 'x' }, call]),
    [
      { type: 'answer.recorded' },
      { type: 'tool.started', toolUseId: 't1', tool: 'Edit', risk: 'edit', recorded: true },
    ],
  ],
  ['an answer', assistant([{ type: 'text', text: 'x' }]), [{ type: 'answer.recorded' }]],
  ['an answer whose stream broke off', brokenOff('2.1.263'), [{ type: 'answer.recorded', cutShort: true }]],
  ['an answer that ends the turn', endedBy('end_turn'), [{ type: 'answer.recorded', endsTurn: true }]],
  ['the words before a tool call', endedBy('tool_use'), [{ type: 'answer.recorded' }]],
  [
    'an answer of a version that never records why it ended',
    brokenOff('2.1.42'),
    [{ type: 'answer.recorded' }],
  ],
  [
    'an answer that the agent made up itself',
    { type: 'assistant', message: { model: '<synthetic>', content: 'No response requested.' } },
    [],
  ],
  [
    'a result',
    user([{ type: 'tool_result', tool_use_id: 't1', content: 'x' }]),
    [{ type: 'tool.finished', toolUseId: 't1', ok: true, recorded: true }],
  ],
  [
    'a failed call',
    user([{ type: 'tool_result', tool_use_id: 't1', is_error: true }]),
    [{ type: 'tool.finished', toolUseId: 't1', ok: false, recorded: true }],
  ],
  [
    'a result of a subagent’s call',
    { ...user([{ type: 'tool_result', tool_use_id: 't1', is_error: true }]), isSidechain: true },
    [{ type: 'tool.finished', toolUseId: 't1', ok: false, recorded: true }],
  ],
  ['a subagent’s prompt', { ...user('Do your work.'), isSidechain: true }, []],
  [
    'a subagent’s call',
    { ...assistant([{ type: 'tool_use', id: 't1', name: 'Bash', input: {} }]), isSidechain: true },
    [],
  ],
  [
    'an interruption',
    user([{ type: 'text', text: '[Request interrupted by user]' }]),
    [{ type: 'interrupted' }],
  ],
  [
    'an interruption during a tool',
    user('[Request interrupted by user for tool use]'),
    [{ type: 'interrupted' }],
  ],
  [
    'an error',
    assistant([{ type: 'text', text: 'API Error: Connection error.' }], { isApiErrorMessage: true }),
    [{ type: 'failure.recorded', failure: 'connection' }],
  ],
  [
    'the end of a compaction',
    { type: 'system', subtype: 'compact_boundary' },
    [{ type: 'compaction.finished' }],
  ],
  [
    'a retry of the agent’s that is to come',
    { type: 'system', subtype: 'api_error', retryInMs: 3_600_000, retryAttempt: 1, maxRetries: 10 },
    [{ type: 'retry.recorded', inMs: 3_600_000 }],
  ],
  ['an error without a retry', { type: 'system', subtype: 'api_error' }, []],
  ['a request', { type: 'api-request', querySource: 'repl_main_thread' }, [{ type: 'request.sent' }]],
  ['a side request', { type: 'api-request', querySource: 'agent:custom' }, []],
  ['a subagent', assistant([call], { isSidechain: true }), []],
  ['bookkeeping', { type: 'file-history-snapshot' }, []],
])('%s', (_, record, expected) => {
  expect(readTranscript(record)).toEqual(expected);
});

it.each([null, 3, [], 'x', {}, { type: 'user' }, { type: 'assistant', message: { content: [null, 1] } }])(
  'does not stumble over %j',
  (record) => {
    expect(readTranscript(record)).toEqual([]);
  },
);
