import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPrompt } from '../../../../src/agents/claude-code/senses/hooks.ts';
import { recordsPrompt } from '../../../../src/agents/claude-code/transcript/records-prompt.ts';
import { temporaryFolder } from '../../../support/folder.ts';

const at = Date.parse('2026-11-01T12:00:00Z');
const user = (content: unknown, more: object = {}) => ({
  type: 'user',
  uuid: 'u',
  timestamp: '2026-11-01T12:00:00.100Z',
  message: { role: 'user', content },
  ...more,
});
const sent = { text: 'do it', id: null, taken: true, atMs: at };

test.each<[string, object, object, boolean]>([
  ['the same words', user('do it'), {}, true],
  ['the same words as a block', user([{ type: 'text', text: 'do it\n' }]), {}, true],
  ['other words', user('do that'), {}, false],
  ['the same words, long ago', user('do it', { timestamp: '2026-11-01T11:00:00Z' }), {}, false],
  ['reported ten seconds late', user('do it', { timestamp: '2026-11-01T11:59:51Z' }), {}, true],
  ['typed again after that', user('do it', { timestamp: '2026-11-01T11:59:51Z' }), { taken: false }, false],
  ['a subagent’s', user('do it', { isSidechain: true }), {}, false],
  ['the same id', user('do it, expanded', { promptId: 'p' }), { id: 'p' }, true],
  ['the same words under another id', user('do it', { promptId: 'q' }), { id: 'p' }, false],
  [
    'a stopped turn under its id',
    user('[Request interrupted by user]', { promptId: 'p' }),
    { id: 'p' },
    false,
  ],
  [
    'sent while a turn ran',
    { type: 'attachment', attachment: { type: 'queued_command', prompt: 'do it' } },
    {},
    true,
  ],
  [
    'sent as blocks while a turn ran',
    {
      type: 'attachment',
      attachment: { type: 'queued_command', prompt: [{ type: 'text', text: 'do it' }, { type: 'image' }] },
    },
    {},
    true,
  ],
  ['a command for the shell', user('<bash-input>echo hi</bash-input>'), { text: '!echo hi' }, true],
  ['another command', user('<bash-input>echo ho</bash-input>'), { text: '!echo hi' }, false],
  ['an answer', { type: 'assistant', message: { content: 'do it' } }, {}, false],
])('%s', async (_name, record, more, found) => {
  const path = join(temporaryFolder(), 't.jsonl');
  writeFileSync(path, `${JSON.stringify(user('before'))}\n${JSON.stringify(record)}\n{"torn`);
  expect(await recordsPrompt(path, { ...sent, ...more })).toBe(found);
});

test('not where there is no file', async () => {
  expect(await recordsPrompt(join(temporaryFolder(), 'none.jsonl'), sent)).toBe(false);
});

test.each([
  [
    { hook_event_name: 'UserPromptSubmit', prompt: 'do it', prompt_id: 'p' },
    { text: 'do it', id: 'p' },
  ],
  [
    { hook_event_name: 'UserPromptSubmit', prompt: 'do it' },
    { text: 'do it', id: null },
  ],
  [
    { hook_event_name: 'UserPromptSubmit', prompt: '', prompt_id: 'p' },
    { text: '', id: 'p' },
  ],
  [{ hook_event_name: 'UserPromptSubmit' }, null],
  [{ hook_event_name: 'Stop', prompt: 'do it' }, null],
  ['no record', null],
])('a hook tells the prompt: %j', (payload, prompt) => expect(readPrompt(payload)).toEqual(prompt));
