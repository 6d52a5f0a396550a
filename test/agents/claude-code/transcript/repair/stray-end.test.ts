import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { looksBroken } from '../../../../../src/agents/claude-code/transcript/repair/first-look.ts';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { summarizeTranscript } from '../../../../../src/agents/claude-code/transcript/summary.ts';
import { repairFile } from '../../../../../src/agents/common/repair.ts';
import { readVersion } from '../../../../../src/agents/common/versions.ts';
import { temporaryFolder } from '../../../../support/folder.ts';
import { fixture } from '../../../../support/places.ts';
import { type Fields, recordsOf, startTalk, toText } from '../transcripts.ts';

const folder = fixture('transcripts', 'damaged');
const recorded = (name: string) => recordsOf(readFileSync(join(folder, `${name}.jsonl`), 'utf8'));

async function mend(records: readonly Fields[], version: string, byHand = false) {
  const path = join(temporaryFolder(), 'a.jsonl');
  writeFileSync(path, toText(records));
  const options = { now: 0, reconnect: false, byHand, resultTexts: new Map() };
  const agent = readVersion(version);
  const looked = await looksBroken(path, agent);
  const repair = () =>
    repairFile(path, claudeCodeRepairer, { ...options, version: agent, dryRun: false, thorough: false });
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

test.each(['2.1.126', '2.1.329'])(
  '%s forgets the end that it has named at a compaction, so what follows is not lost',
  async (version) => {
    const { records, ask, say, note, compact, moveClock } = startTalk(version);
    ask('one');
    say('first answer');
    note();
    ask('two');
    moveClock(60_000);
    compact();
    say('second answer');
    expect(await mend(records, version)).toMatchObject({ looked: false, result: 'healthy' });
  },
);

describe.each(['2.1.126', '2.1.329'])(
  'an old result that is in the file once more, at its end: %s',
  (version) => {
    const talk = (isNoted: boolean) => {
      const { records, ask, say, call, result, note, moveClock } = startTalk(version);
      ask('one');
      const calls = ['toolu_1', 'toolu_2'].map((id) => ({ id, line: call(id, 'msg_parallel') }));
      for (const { id, line } of calls) result(id, line);
      say('read');
      note();
      moveClock(60_000);
      ask('two');
      const end = say('second answer');
      if (isNoted) note();
      return { records: [...records, records[3] as Fields], end };
    };

    test('the conversation continues at its end, which is noted', async () => {
      const { records } = talk(true);
      const { result, mended } = await mend(records, version);
      expect(result).toBe('repaired');
      expect(mended).toEqual(records.slice(0, -1));
    });

    test('the conversation continues at its end, which is not noted', async () => {
      const { records, end } = talk(false);
      const { result, mended } = await mend(records, version);
      expect(result).toBe('repaired');
      const { uuid } = mended.findLast(({ type }) => type === 'assistant') as Fields;
      expect([uuid, mended.length]).toEqual([end, records.length - 1]);
    });
  },
);

describe('a wall clock that was set back in mid-conversation', () => {
  /**
   * Two parallel calls, whose first result is off the branch; later the clock is set back, and a prompt is in flight.
   */
  const talk = (backMs: number, isNoted: boolean, isCompacted = false, turns = 5) => {
    const { records, ask, say, call, result, compact, moveClock, ...rest } = startTalk();
    const note = () => isNoted && rest.note();
    ask('first');
    const one = call('toolu_1', 'msg_1');
    const other = call('toolu_2', 'msg_1');
    result('toolu_1', one);
    result('toolu_2', other);
    say('read');
    note();
    moveClock(-backMs);
    if (isCompacted) compact();
    for (let turn = 0; turn < turns; turn++) {
      ask(`later ${turn}`);
      say(`answer ${turn}`);
      note();
    }
    ask('in flight');
    return records;
  };
  const minute = 60_000;

  test.each([
    ['noted', talk(2 * minute, true)],
    ['not noted', talk(2 * minute, false)],
    ['by less than write disorder', talk(3_000, true)],
    ['so that the last time is nearly that of an old result', talk(minute + 6_000, false, false, 30)],
    ['before a compaction', talk(minute, true, true)],
    ['before a compaction, not noted', talk(minute, false, true)],
  ])('%s: the conversation is healthy', async (_, records) => {
    for (const version of ['2.1.126', '2.1.329'])
      for (const byHand of [false, true])
        expect(await mend(records, version, byHand)).toMatchObject({ looked: false, result: 'healthy' });
  });

  test.each([
    ['the calls', talk(2 * minute, true), 14],
    ['a compaction', talk(minute, true, true), 11],
  ])('what is known of it is its end, not what was before %s', async (_, records, lastMessageIndex) => {
    const path = join(temporaryFolder(), 'a.jsonl');
    writeFileSync(path, toText(records));
    expect(await summarizeTranscript(path)).toMatchObject({ tail: 'prompt', lastMessageIndex });
  });

  test('what follows a rewind after that is not lost', async () => {
    const rewound = talk(2 * minute, true).map((record) =>
      record.message?.content === 'in flight' ? { ...record, parentUuid: null } : record,
    );
    const { result, mended } = await mend(rewound, '2.1.329');
    expect(result).toBe('repaired');
    expect(mended.at(-1)).toMatchObject({ type: 'last-prompt', leafUuid: rewound.at(-1)?.uuid });
  });

  test('a result that was written a little late, after the end was noted, is no end', async () => {
    const records = talk(0, true).slice(0, 7);
    const late = records.splice(3, 1);
    expect(await mend([...records, ...late], '2.1.329')).toMatchObject({ looked: false, result: 'healthy' });
  });
});
