import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../src/agents/claude-code/transcript/repair/repair.ts';
import { readVersion } from '../../../src/agents/common/versions.ts';
import type { TranscriptRepairer } from '../../../src/agents/contract/conversation.ts';
import { repairBeforeResume } from '../../../src/guard/start/repair-before-resume.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { fixture } from '../../support/places.ts';

const stray = readFileSync(fixture('transcripts', 'damaged', '38-stray-newest-branch.jsonl'), 'utf8');

function place(content: string) {
  const folder = temporaryFolder();
  const path = join(folder, 'a.jsonl');
  writeFileSync(path, content);
  return { path, files: () => readdirSync(folder), text: () => readFileSync(path, 'utf8') };
}

test.each(['2.1.38', '2.1.263'])(
  '%s, which would continue at an old message, is led to the end, and the numbers say what would have been lost',
  async (version) => {
    const { path, files } = place(stray);
    const told = await repairBeforeResume(path, claudeCodeRepairer, readVersion(version));
    expect(told).toMatch(/only 1 of 7 messages would have been found, now 7\./);
    expect(files()).toHaveLength(2);
    expect(await repairBeforeResume(path, claudeCodeRepairer, readVersion(version))).toBeNull();
  },
);

test('a repair that brings no message back is not worth it', async () => {
  const { path, files, text } = place(stray);
  const reach = { reachable: 2, total: 7 };
  const repairer: TranscriptRepairer = {
    ...claudeCodeRepairer,
    looksBroken: async () => true,
    async examine(...args) {
      return { ...(await claudeCodeRepairer.examine(...args)), before: reach, after: reach };
    },
  };
  expect(await repairBeforeResume(path, repairer, readVersion('2.1.263'))).toBeNull();
  expect([files(), text()]).toEqual([['a.jsonl'], stray]);
});
