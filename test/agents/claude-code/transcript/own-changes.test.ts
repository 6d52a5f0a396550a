/** What commands of the person's have changed, read from the records that real versions have written. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownChanges } from '../../../../src/agents/claude-code/transcript/own-changes.ts';
import { temporaryFolder } from '../../../support/folder.ts';

const launched = Date.parse('2026-11-30T11:24:00.000Z');
const later = '2026-11-30T11:24:19.692Z';
const earlier = '2026-11-30T11:23:59.000Z';

interface Given {
  readonly command: string;
  readonly answer: string;
  readonly cwd?: string;
  readonly timestamp?: string;
  readonly asNote?: boolean;
}

/** A command and its answer; versions record them as the person's words, or as notes of the agent. */
function recordsOf({ command, answer, cwd = '/old', timestamp = later, asNote = false }: Given) {
  const texts = [
    `<command-name>${command}</command-name>\n            <command-message>x</command-message>\n            <command-args></command-args>`,
    `<local-command-stdout>${answer}</local-command-stdout>`,
  ];
  const stamp = { cwd, timestamp };
  return texts.map((content) =>
    asNote
      ? { type: 'system', subtype: 'local_command', content, ...stamp }
      : { type: 'user', message: { role: 'user', content }, ...stamp },
  );
}

async function changesIn(records: readonly object[]) {
  const path = join(temporaryFolder(), 'a.jsonl');
  writeFileSync(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return await ownChanges(path, launched);
}

const changesOf = (...given: readonly Given[]) => changesIn(given.flatMap(recordsOf));
const saved = 'and saved as your default for new sessions';

const model = { flag: '--model', by: 'settings' };
const modelHere = { flag: '--model', by: 'conversation' };
const effort = { flag: '--effort', by: 'settings' };

test.each<[string, string, readonly object[]]>([
  ['/model', `Set model to \`Opus 5.5\` ${saved}`, [model]],
  ['/model', `Set model to \x1b[1mOpus 4.8\x1b[22m ${saved}`, [model]],
  ['/model', 'Set model to \x1b[1mopus (claude-opus-4-6)\x1b[22m', [model]],
  ['/model', 'Set model to `Opus 5.5` for this session only', [modelHere]],
  ['/model', `Set model to \`Opus 5.5\` ${saved} with \`medium\` effort`, [model, effort]],
  ['/model', 'Set model to `Opus 5.5` for this session only with `medium` effort', [modelHere]],
  ['/model', 'Kept model as `Sonnet 5.5`', []],
  ['/effort', 'Set effort level to high (saved as your default for new sessions): Thorough', [effort]],
  ['/effort', 'Set effort level to max (this session only): Maximum capability', []],
  ['/effort', 'Kept effort level as low', []],
  ['/status', `Set model to \`Opus 5.5\` ${saved}`, []],
])('%s, answered “%s”, overrules %j', async (command, answer, overruled) => {
  expect(await changesOf({ command, answer })).toEqual({ folder: null, overruled });
  expect(await changesOf({ command, answer, asNote: true })).toEqual({ folder: null, overruled });
  expect(await changesOf({ command, answer, timestamp: earlier })).toEqual({ folder: null, overruled: [] });
});

const moved = { command: '/cd', answer: 'Moved to \x1b[1m/new\x1b[22m', cwd: '/new', asNote: true };

test('/cd moves the conversation, and overrules a checkout of its own', async () => {
  expect(await changesOf(moved)).toEqual({
    folder: '/new',
    overruled: [{ flag: '--worktree', by: 'folder' }],
  });
  const twice = await changesOf(moved, { ...moved, answer: 'Moved to \x1b[1m/third\x1b[22m', cwd: '/third' });
  expect(twice.folder).toBe('/third');
});

test('a move that was refused, or that an earlier launch or a fork brings along, changes nothing', async () => {
  const stays = { command: '/cd', answer: 'Staying in \x1b[1m/old\x1b[22m', cwd: '/old/sub' };
  const failed = { command: '/cd', answer: "Couldn't move to \x1b[1m/new\x1b[22m — …", cwd: '/old/sub' };
  const nothing = { folder: null, overruled: [] };
  expect(await changesOf(stays, failed, { ...moved, timestamp: earlier })).toEqual(nothing);
  expect(await changesOf(moved, stays, failed)).toMatchObject({ folder: '/new' });
});

test('other records may come between a command and its answer, but words in a prompt are no answer', async () => {
  const [command = {}, answer = {}] = recordsOf({ command: '/model', answer: 'Set model to `Opus 5.5`' });
  const others = [{ type: 'mode' }, { type: 'user', message: { content: [{ type: 'tool_result' }] } }];
  expect(await changesIn([command, ...others, answer])).toMatchObject({ overruled: [model] });
  expect(await changesIn([answer])).toMatchObject({ overruled: [] });
  expect(await changesIn([command, ...recordsOf({ command: '/cost', answer: '1 $' }), answer])).toMatchObject(
    { overruled: [] },
  );
  const quoted = { type: 'user', timestamp: later, message: { content: 'Say: Set model to Opus' } };
  expect(await changesIn([command, quoted])).toMatchObject({ overruled: [] });
});

test('a file that is not there shows nothing', async () => {
  expect(await ownChanges('/nowhere/a.jsonl', launched)).toEqual({ folder: null, overruled: [] });
});
