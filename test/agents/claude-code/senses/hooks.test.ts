import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readHook } from '../../../../src/agents/claude-code/senses/hooks.ts';
import { isRecord } from '../../../../src/agents/common/json.ts';
import { fixture } from '../../../support/places.ts';

const samples = (version: string): readonly unknown[] =>
  JSON.parse(readFileSync(fixture(`hooks/${version}.json`), 'utf8'));

const id = 'abcdef01-0000-4000-8000-000000000000';
const env = { CLAUDE_CONFIG_DIR: '/c' };
const path = `/c/projects/-p/${id}.jsonl`;
const common = { session_id: id, transcript_path: path, cwd: '/p' };
const planning = { type: 'permission.mode', mode: 'plan' };
const bash = { tool_name: 'Bash', tool_use_id: 't1' };
const bashStarted = { type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command' };
const session = { type: 'session', sessionId: id, transcriptPath: path, cwd: '/p', source: 'hook' };

it.each<[string, object, readonly object[]]>([
  ['SessionStart', { source: 'startup' }, [{ ...session, reason: 'startup' }]],
  [
    'SessionStart',
    { source: 'compact' },
    [{ ...session, reason: 'compact' }, { type: 'compaction.finished' }],
  ],
  ['SessionEnd', { reason: 'clear' }, [{ type: 'session.ended', reason: 'clear' }]],
  [
    'UserPromptSubmit',
    { permission_mode: 'plan', prompt: 'a secret' },
    [session, { type: 'turn.started' }, planning],
  ],
  ['Stop', {}, [session, { type: 'turn.ended' }]], // 2.1.42 also says so when the turn has failed
  ['Stop', { background_tasks: [] }, [session, { type: 'turn.ended', well: true }]],
  ['Stop', { agent_id: 'a1' }, []],
  ['SubagentStop', { agent_id: 'a1' }, [{ type: 'subagent.ended', agentId: 'a1' }]],
  ['SubagentStop', {}, []],
  ['constructor', {}, []],
  ['__proto__', {}, []],
  ['Notification', { notification_type: 'constructor' }, []],
  [
    'StopFailure',
    { error: 'server_error', last_assistant_message: 'API Error: Connection lost mid-response.' },
    [{ type: 'turn.ended', failure: 'connection' }],
  ],
  ['StopFailure', { error: 'server_error' }, [{ type: 'turn.ended', failure: 'overloaded' }]],
  ['StopFailure', { error: 'billing_error' }, [{ type: 'turn.ended', failure: 'person' }]],
  [
    'PreToolUse',
    { tool_name: 'Bash', tool_use_id: 't1', tool_input: { command: 'a secret', timeout: 9_000 } },
    [{ type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command', limitMs: 9_000 }],
  ],
  [
    'PreToolUse', // whose `timeout` may be of any unit, and of anything
    { tool_name: 'mcp__runner__exec', tool_use_id: 't1', tool_input: { timeout: 600 } },
    [{ type: 'tool.started', toolUseId: 't1', tool: 'mcp__runner__exec', risk: 'unknown' }],
  ],
  [
    'PreToolUse',
    { tool_name: 'Agent', tool_use_id: 't1', tool_input: {} },
    [{ type: 'tool.started', toolUseId: 't1', tool: 'Agent', risk: 'read', delegates: true }],
  ],
  // The person can change the mode in mid-turn.
  ['PreToolUse', { ...bash, prompt_id: 'p1', permission_mode: 'plan' }, [bashStarted, planning]],
  ['PreToolUse', { ...bash, permission_mode: 'plan' }, [bashStarted]], // 2.1.42: perhaps a subagent's
  [
    'PostToolUse',
    { tool_name: 'Bash', tool_use_id: 't1', prompt_id: 'p1', permission_mode: 'plan' },
    [{ type: 'tool.finished', toolUseId: 't1', ok: true }, planning],
  ],
  [
    'PostToolUse',
    { tool_name: 'Bash', tool_use_id: 't1', prompt_id: 'p1', permission_mode: 'plan', agent_id: 'a1' },
    [{ type: 'tool.finished', toolUseId: 't1', ok: true, agentId: 'a1' }],
  ],
  ['PreToolUse', { tool_name: 'Bash' }, []], // 1.0.x: no id, nothing to pair it with
  ['PostToolUse', { tool_use_id: 't1' }, [{ type: 'tool.finished', toolUseId: 't1', ok: true }]],
  ['PostToolUseFailure', { tool_use_id: 't1' }, [{ type: 'tool.finished', toolUseId: 't1', ok: false }]],
  [
    'PostToolUseFailure',
    { tool_use_id: 't1', is_interrupt: true },
    [{ type: 'tool.finished', toolUseId: 't1', ok: false }, { type: 'interrupted' }],
  ],
  [
    'PreToolUse',
    { tool_name: 'Bash', tool_use_id: 't1', agent_id: 'a1' },
    [{ type: 'tool.started', toolUseId: 't1', tool: 'Bash', risk: 'command', agentId: 'a1' }],
  ],
  [
    'PostToolUse',
    { tool_use_id: 't1', agent_id: 'a1' },
    [{ type: 'tool.finished', toolUseId: 't1', ok: true, agentId: 'a1' }],
  ],
  [
    'PostToolUseFailure',
    { tool_use_id: 't1', agent_id: 'a1', is_interrupt: true },
    [{ type: 'tool.finished', toolUseId: 't1', ok: false, agentId: 'a1' }],
  ],
  ['PermissionRequest', { tool_name: 'Write' }, [{ type: 'person.needed', why: 'permission' }]],
  [
    'Notification',
    { notification_type: 'permission_prompt' },
    [{ type: 'person.needed', why: 'permission' }],
  ],
  ['Notification', { notification_type: 'idle_prompt' }, []],
  ['SomethingNew', {}, []],
])('%s %j', (name, fields, expected) => {
  expect(readHook({ ...common, hook_event_name: name, ...fields }, env)).toEqual(expected);
});

it.each([
  null,
  1,
  'text',
  [],
  {},
  { hook_event_name: 'Stop' },
  { hook_event_name: 'PreToolUse', tool_name: 1 },
])('does not stumble over %j', (payload) => {
  expect(() => readHook(payload, env)).not.toThrow();
});

it.each(['329', '197', '42', '56'])('passes on no content from the samples of %s', (version) => {
  for (const payload of samples(version)) {
    const told = JSON.stringify(readHook(payload, env));
    if (!isRecord(payload)) continue;
    for (const field of [
      'prompt',
      'last_assistant_message',
      'tool_input',
      'tool_response',
      'error_details',
    ]) {
      const value = payload[field];
      if (value !== undefined && field in payload) expect(told).not.toContain(JSON.stringify(value));
    }
  }
});

it.each([
  [
    '329',
    ['invalid_request', 'too-long'],
    ['authentication_failed', 'person'],
    ['rate_limit', 'rate-limit'],
    ['server_error', 'overloaded'],
  ],
] as const)('sorts the failures of the samples of %s', (version, ...expected) => {
  const read = samples(version)
    .filter(isRecord)
    .filter((payload) => payload.hook_event_name === 'StopFailure')
    .map((payload) => [payload.error, readHook(payload, env)]);
  expect(read).toEqual(expected.map(([error, failure]) => [error, [{ type: 'turn.ended', failure }]]));
});

it.each([
  ['elsewhere', `/home/u/${id}.jsonl`],
  ['outside, by a detour', `/c/projects/-p/../../${id}.jsonl`],
  ['under another name', '/c/projects/-p/abcdef01-0000-4000-8000-000000000001.jsonl'],
  ['of a subagent', `/c/projects/-p/${id}/subagents/${id}.jsonl`],
  ['relative', `projects/-p/${id}.jsonl`],
])('does not believe in a conversation file %s', (_where, transcript_path) => {
  const payload = { ...common, transcript_path, hook_event_name: 'SessionStart', source: 'startup' };
  expect(readHook(payload, env)).toEqual([{ ...session, transcriptPath: null, reason: 'startup' }]);
});

it('accepts no session with an invalid id', () => {
  const payload = { ...common, session_id: '--dangerously', hook_event_name: 'SessionStart' };
  expect(readHook(payload, env)).toEqual([]);
});
