import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { repairFile } from '../../../../../src/agents/common/repair.ts';
import { temporaryFolder } from '../../../../support/folder.ts';
import { fixture } from '../../../../support/places.ts';
import { recordsOf, toText } from '../transcripts.ts';

const rewound = fixture('transcripts', 'damaged', '263-rewound-to-start-bare.jsonl');

const refusal =
  'API Error: 400 diagnostics.previous_message_id: must be the `id` from a prior /v1/messages response (starts with `msg_`)';

test.each([
  ['by hand', { byHand: true, refused: false }, 'repaired', 'msg_chatcmpl-7'],
  ['if the API refused it', { byHand: false, refused: true }, 'repaired', 'msg_chatcmpl-7'],
  ['not if all is well', { byHand: false, refused: false }, 'healthy', 'chatcmpl-7'],
])('another provider’s id on the last answer gets the API’s form: %s', async (_, how, result, id) => {
  const records = recordsOf(readFileSync(rewound, 'utf8'));
  const last = records.findLast(({ type }) => type === 'assistant');
  if (!last?.message) throw new Error('no answer in the fixture');
  const message = { ...last.message, id: 'chatcmpl-7' };
  const uuid = 'c0000000-0000-4000-8000-000000000001';
  const failure = {
    ...last,
    uuid,
    parentUuid: last.uuid,
    isApiErrorMessage: true,
    timestamp: '2099-01-01T00:00:00Z',
    message: { ...message, id: uuid, content: [{ type: 'text', text: refusal }] },
  };
  Object.assign(last, { message });
  const path = join(temporaryFolder(), 'a.jsonl');
  writeFileSync(path, toText(how.refused ? [...records, failure] : records));
  const options = { now: 0, reconnect: false, byHand: how.byHand, version: null, resultTexts: new Map() };
  const repair = () => repairFile(path, claudeCodeRepairer, { ...options, dryRun: false, thorough: false });
  expect((await repair()).result).toBe(result);
  const answers = recordsOf(readFileSync(path, 'utf8')).filter(
    (record) => record.type === 'assistant' && record.isApiErrorMessage !== true,
  );
  expect(answers.at(-1)?.message).toMatchObject({ id });
  expect((await repair()).result).toBe('healthy');
});
