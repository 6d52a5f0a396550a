import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  beforeEditShell,
  editToolsMatcher,
  otherToolsMatcher,
  readBefore,
} from '../../../../src/agents/claude-code/senses/edit-watch.ts';
import { cksum } from '../../../../src/recover/checksum.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guarded edit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the shell text on a payload, as the hook does, and reads what it left. */
const watch = (payload: object, end = '\n') => {
  const spooled = join(folder, 'payload');
  writeFileSync(spooled, JSON.stringify(payload) + end);
  execFileSync('/bin/sh', ['-c', `f=$1; ${beforeEditShell('"$f"')}`, 'sh', spooled], { stdio: 'pipe' });
  const { guard_before, ...rest } = JSON.parse(readFileSync(spooled, 'utf8')) as Record<string, unknown>;
  expect(readdirSync(folder).filter((name) => name.startsWith('payload'))).toEqual(['payload']);
  return { payload: rest, before: readBefore({ guard_before }) };
};
const edit = (input: object) => ({ transcript_path: '/dev/null', tool_name: 'Edit', tool_input: input });

test('records the state of the file, and leaves the rest of the payload as it was', () => {
  const file = join(folder, 'a b.ts');
  writeFileSync(file, 'content ü\n');
  const bytes = readFileSync(file);
  const payload = edit({
    file_path: file,
    old_string: 'x","file_path":"/etc/passwd"',
    new_string: '\nbefore 1 2',
  });
  for (const end of ['', '\n'])
    expect(watch(payload, end)).toEqual({ payload, before: { checksum: cksum(bytes), bytes: bytes.length } });
});

test('a notebook, and a file that does not exist yet', () => {
  expect(watch(edit({ notebook_path: join(folder, 'n.ipynb') })).before).toBe('absent');
});

const without: [string, object][] = [
  ['no path', { command: 'ls' }],
  ['a path with an escaped character', { file_path: '/tmp/"x"' }],
  ['a path behind a long text', { content: 'x'.repeat(10_000), file_path: '/etc/passwd' }],
  ['a folder', { file_path: '/tmp' }],
];
test.each(without)('does without: %s', (_title, input) => {
  expect(watch(edit(input))).toEqual({ payload: edit(input), before: null });
});

test('each tool matches exactly one of the two hooks', () => {
  const matches = (pattern: string, tool: string) => new RegExp(`^(?:${pattern})$`).test(tool);
  for (const tool of ['Edit', 'Write', 'MultiEdit', 'NotebookEdit']) {
    expect(matches(editToolsMatcher, tool)).toBe(true);
    expect(matches(otherToolsMatcher, tool)).toBe(false);
  }
  for (const tool of ['Bash', 'Read', 'TodoWrite', 'mcp__x__Edit', 'EditX']) {
    expect(matches(editToolsMatcher, tool)).toBe(false);
    expect(matches(otherToolsMatcher, tool)).toBe(true);
  }
});
