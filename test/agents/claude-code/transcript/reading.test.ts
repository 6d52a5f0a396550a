import { appendFileSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readConversation } from '../../../../src/agents/claude-code/transcript/reading.ts';
import { recordsPrompt } from '../../../../src/agents/claude-code/transcript/records-prompt.ts';
import { claudeCodeRepairer } from '../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { summarizeTranscript } from '../../../../src/agents/claude-code/transcript/summary.ts';
import { repairFile } from '../../../../src/agents/common/repair.ts';
import { textOf, withFile } from './transcripts.ts';

const whole = textOf('329-idle-killed');
const options = {
  now: Date.parse('2026-11-28T12:00:00Z'),
  reconnect: false,
  byHand: false,
  version: null,
  thorough: false,
  dryRun: false,
  resultTexts: new Map(),
};
const sent = { text: 'never asked', id: null, taken: true, atMs: options.now };

/** What a relaunch asks about the file, in its order. */
async function askAll(path: string) {
  const before = await summarizeTranscript(path);
  const after = await summarizeTranscript(path);
  const { result } = await repairFile(path, claudeCodeRepairer, options);
  const isRecorded = await recordsPrompt(path, sent);
  const atLast = await summarizeTranscript(path);
  return { messages: [before, after, atLast].map((one) => one.lastMessageIndex), result, isRecorded };
}

test('everything that a relaunch asks about a conversation is answered from one reading', () =>
  withFile(whole, async (path) => {
    const time = new Date('2026-11-28T11:00:00Z');
    utimesSync(path, time, time);
    const { lastMessageIndex } = await summarizeTranscript(path);
    expect(lastMessageIndex).toBeGreaterThan(0);
    // Nothing of it can be read any more, and nobody can tell by size or time: who reads again finds nothing.
    writeFileSync(path, ' '.repeat(Buffer.byteLength(whole)));
    utimesSync(path, time, time);
    expect(await askAll(path)).toEqual({
      messages: [lastMessageIndex, lastMessageIndex, lastMessageIndex],
      result: 'healthy',
      isRecorded: false,
    });
  }));

test('a later write makes it another file', () =>
  withFile(whole, async (path) => {
    const first = await readConversation(path);
    expect(await readConversation(path)).toBe(first);
    appendFileSync(path, whole.slice(0, whole.indexOf('\n') + 1));
    expect((await readConversation(path)).index.lines).toBe(first.index.lines + 1);
  }));

test('rows that a repair has moved are not reused', () =>
  withFile(`${whole.slice(0, -40)}`, async (path) => {
    const seen = await summarizeTranscript(path);
    expect((await repairFile(path, claudeCodeRepairer, { ...options, dryRun: true })).result).toBe('dry-run');
    expect(await summarizeTranscript(path)).toEqual(seen);
    expect(readFileSync(path, 'utf8')).toBe(whole.slice(0, -40));
  }));
