import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { repairFile } from '../../../../../src/agents/common/repair.ts';
import { readVersion } from '../../../../../src/agents/common/versions.ts';
import { temporaryFolder } from '../../../../support/folder.ts';
import { startTalk, toText } from '../transcripts.ts';

test.each([
  ['2.1.126', 'three'],
  ['2.1.329', 'three'],
  ['2.1.126', 'three \0'],
  ['2.1.329', 'three \0'],
])(
  '%s: a call that got no result in mid-conversation, and one at the end, after %j',
  async (version, prompt) => {
    const { records, ask, say, call, result, moveClock } = startTalk(version);
    ask('one');
    call('toolu_lost');
    say('it was cut off');
    ask('two');
    const calls = ['toolu_1', 'toolu_2', 'toolu_3'].map((id) => ({ id, line: call(id, 'msg_parallel') }));
    for (const { id, line } of calls) result(id, line);
    say('read');
    moveClock(60_000);
    ask(prompt);
    call('toolu_end');
    const path = join(temporaryFolder(), 'a.jsonl');
    writeFileSync(path, toText(records));
    const options = { now: 0, reconnect: false, byHand: false, resultTexts: new Map() };
    const repair = () =>
      repairFile(path, claudeCodeRepairer, {
        ...options,
        version: readVersion(version),
        dryRun: false,
        thorough: false,
      });
    // The 13 records that were there, and two results.
    expect(await repair()).toMatchObject({ result: 'repaired', after: { reachable: 15, total: 15 } });
    expect((await repair()).result).toBe('healthy');
  },
);
