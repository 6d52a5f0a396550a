import { expect, test } from 'vitest';
import { pairingError } from '../../../src/drill/api/pairing.ts';
import type { Message } from '../../../src/drill/api/request.ts';

const user = (content: Message['content'] = 'go'): Message => ({ role: 'user', content });
const uses = (...ids: string[]): Message => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool_use', id, name: 'Bash', input: {} })),
});
const results = (...ids: string[]): Message => ({
  role: 'user',
  content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'ok' })),
});
const said: Message = { role: 'assistant', content: 'fine' };
const note: Message = { role: 'system', content: 'a note' };

test.each<[string, readonly Message[], RegExp | null]>([
  ['a plain exchange', [user(), said, user()], null],
  ['a call and its result', [user(), uses('a'), results('a')], null],
  ['two calls, results in one message', [user(), uses('a', 'b'), results('b', 'a')], null],
  [
    'two calls in two messages, results in two',
    [user(), uses('a'), uses('b'), results('a'), results('b')],
    null,
  ],
  ['a system note in between', [user(), uses('a'), results('a'), note, said, user()], null],
  ['an empty system note', [user(), { role: 'system', content: [] }, said, user()], null],
  ['no message', [], /at least one message/],
  ['assistant first', [said, user()], /first message must use the "user" role/],
  ['empty content', [user([]), said, user()], /messages\.0: all messages must have non-empty content/],
  ['a call at the end', [user(), uses('a')], /`tool_use` ids were found without `tool_result` blocks.*: a\./],
  [
    'a call that is followed by text',
    [user(), uses('a'), user()],
    /messages\.1: `tool_use` ids were found without/,
  ],
  ['one of two results missing', [user(), uses('a', 'b'), results('a')], /immediately after: b\./],
  ['a result without a call', [user(), said, results('a')], /unexpected `tool_use_id` found.*: a\./],
  ['a result too late', [user(), uses('a'), results('a'), said, results('a')], /unexpected `tool_use_id`/],
  [
    'two results for one call',
    [user(), uses('a'), results('a', 'a')],
    /multiple `tool_result` blocks with id: a/,
  ],
  ['one id used twice', [user(), uses('a'), results('a'), uses('a'), results('a')], /ids must be unique: a/],
])('%s', (_title, messages, wording) => {
  const error = pairingError(messages);
  if (wording === null) expect(error).toBeNull();
  else expect(error).toMatch(wording);
});
