import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { looksBroken } from '../../../../../src/agents/claude-code/transcript/repair/first-look.ts';
import { claudeCodeDoctor } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { repairFile } from '../../../../../src/agents/common/repair.ts';
import { readVersion } from '../../../../../src/agents/common/versions.ts';
import { temporaryFolder } from '../../../../support/folder.ts';
import { fixture } from '../../../../support/places.ts';
import { type Fields, recordsOf, toText } from '../transcripts.ts';

const folder = fixture('transcripts', 'damaged');
const recorded = (name: string) => recordsOf(readFileSync(join(folder, `${name}.jsonl`), 'utf8'));

async function mend(records: readonly Fields[], version: string) {
  const path = join(temporaryFolder(), 'a.jsonl');
  writeFileSync(path, toText(records));
  const options = { now: 0, reconnect: false, byHand: false, resultTexts: new Map() };
  const agent = readVersion(version);
  const looked = await looksBroken(path, agent);
  const repair = () =>
    repairFile(path, claudeCodeDoctor, { ...options, version: agent, dryRun: false, thorough: false });
  const { result } = await repair();
  const mended = recordsOf(readFileSync(path, 'utf8'));
  expect((await repair()).result).toBe('healthy');
  return { looked, result, mended };
}

const stray = recorded('38-stray-newest-branch');
const answer = stray.findLast(({ type }) => type === 'assistant')?.uuid;

test.each(['2.1.126', '2.1.329'])(
  '%s, which continues at the last end in the file, is told the right one',
  async (version) => {
    const { looked, result, mended } = await mend(stray, version);
    expect([looked, result]).toEqual([true, 'repaired']);
    expect(mended.slice(0, -1)).toEqual(stray);
    expect(mended.at(-1)).toMatchObject({ type: 'last-prompt', leafUuid: answer });
  },
);

test('2.1.38, which continues at the newest record, finds the late note at the end of the conversation', async () => {
  const { result, mended } = await mend(stray, '2.1.38');
  expect(result).toBe('repaired');
  expect(mended.at(-1)).toMatchObject({ type: 'attachment', parentUuid: answer });
});

/** One prompt was taken back, and another asked and answered instead. The agent was ended before it noted that. */
const rewound = () => {
  const all = recorded('263-stray-newest-branch');
  const last = all.findLastIndex(({ type }) => type === 'assistant');
  const talk = all.slice(0, last + 1);
  const noted = all.find(({ type }) => type === 'last-prompt') as Fields;
  const prompt = talk.findLast(({ type }) => type === 'user') as Fields;
  const note = { ...noted, leafUuid: talk[last]?.uuid };
  const other = {
    ...prompt,
    uuid: 'e0000000-0000-4000-8000-000000000001',
    timestamp: '2099-01-01T00:00:00Z',
    message: { role: 'user', content: 'another question' },
  };
  const said = {
    ...(talk[last] as Fields),
    uuid: 'e0000000-0000-4000-8000-000000000002',
    parentUuid: other.uuid,
    timestamp: '2099-01-01T00:00:01Z',
  };
  return { talk, note, other, said };
};

test('what follows a rewind is not lost if the agent has not noted it', async () => {
  const { talk, note, other, said } = rewound();
  const { looked, result, mended } = await mend([...talk, note, other, said], '2.1.263');
  expect([looked, result]).toEqual([true, 'repaired']);
  expect(mended.at(-1)).toMatchObject({ type: 'last-prompt', leafUuid: said.uuid });
});

test('an end that was noted after the last message is where the person wanted to continue', async () => {
  const { talk, note, other, said } = rewound();
  expect((await mend([...talk, other, said, note], '2.1.263')).result).toBe('healthy');
});
