/** The documents list what the tables hold. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { verified } from '../src/agents/claude-code/versions.ts';
import { commands } from '../src/commands/table.ts';
import { leaves } from '../src/config/validate.ts';
import { signatures } from '../src/detect/detector.ts';
import { markdownTable as limits } from '../src/detect/limits.ts';
import { markdownTable as precedence } from '../src/detect/precedence.ts';
import { words as causes } from '../src/words/cause.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every signature is explained, in the order in which they are asked', () => {
  const rows = [...read('docs/how-it-decides.md').matchAll(/^\| `([a-z-]+)` \| (.+?) \|/gm)];
  expect(rows.map(([, name, help]) => [name, help])).toEqual(signatures.map((s) => [s.class, s.help]));
});

test('every other cause of an incident is named', () => {
  const [paragraph = ''] = /^These causes of an incident.*?\n\n/ms.exec(read('docs/how-it-decides.md')) ?? [];
  const named = [...paragraph.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => name);
  const classes = signatures.map((signature) => signature.class);
  const others = Object.keys(causes).filter((name) => !classes.includes(name));
  expect(named.toSorted()).toEqual(others.toSorted());
});

test.each([
  ['precedence', precedence()],
  ['limits', limits()],
])('the table of %s is the one by which it is decided', (name, table) => {
  const [, shown] =
    new RegExp(`<!-- ${name} -->\\n([^]*?)\\n?<!-- /${name} -->`).exec(read('docs/how-it-decides.md')) ?? [];
  expect(shown).toBe(table);
});

test('every key that the README names exists, with the default that it states', () => {
  const rows = [...read('README.md').matchAll(/^\| (`[a-z_]+`(?:, `[a-z_]+`)*) \| (\S+) \|/gm)];
  expect(rows.length).toBeGreaterThan(5);
  const shown = (value: unknown) => (value === true ? 'on' : value === false ? 'off' : String(value ?? '–'));
  for (const [, names = '', value] of rows) {
    for (const name of names.replaceAll('`', '').split(', ')) {
      const leaf = leaves.find(({ path }) => path.endsWith(`.${name}`));
      expect(leaf && shown(leaf.key.default), name).toBe(value);
    }
  }
});

test('the README names the versions that count as tested, newest first', () => {
  const [, named = ''] = /^\* Tested with Claude Code (.*?)\. With/ms.exec(read('README.md')) ?? [];
  expect(named.match(/\d+\.\d+\.\d+/g)).toEqual(verified.toReversed());
});

test('every command that the README names exists', () => {
  const named = [...read('README.md').matchAll(/guardctl ([a-z]+)/g)].map(([, name]) => name);
  for (const name of named) expect(['help', ...commands.map((command) => command.name)]).toContain(name);
});

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
  ...readdirSync(new URL('../docs', import.meta.url)).flatMap((name) =>
    name.endsWith('.md') ? `docs/${name}` : [],
  ),
];

/** The name by which a link leads to a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

test.each(documents)('what %s links to exists', (file) => {
  for (const [, target = '', anchor] of read(file).matchAll(/\]\(([^):#]*)(?:#([^)]+))?\)/g)) {
    const path = target === '' ? file : join(dirname(file), target);
    expect(existsSync(new URL(`../${path}`, import.meta.url)), `${file} links to ${target}`).toBe(true);
    if (anchor === undefined) continue;
    const headings = [...read(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
    expect(headings, `${file} links to ${target}#${anchor}`).toContain(anchor);
  }
});

test('each change that is not released stands under what it is about, in a few lines', () => {
  const [, unreleased = ''] = /^## Unreleased\n(.*?)^## /ms.exec(read('CHANGELOG.md')) ?? [];
  expect(unreleased.split(/^### /m)[0]?.trim()).toBe('');
  const changes = unreleased.split(/^\* /m).slice(1);
  expect(changes.filter((change) => change.trim().split('\n  ').length > 4)).toEqual([]);
});

test('no file cites notes that are not here', () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const isText = (name: string) => /\.(?:[jt]sx?|md|json|sh|service|plist|ya?ml)$/.test(name);
  const inFolders = ['bin', 'docs', 'scripts', 'src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const files = [...readdirSync(root), ...inFolders].filter(isText);
  expect(files.filter((file) => /\blab\s+notes|(?:notes|signatures)\s+§/i.test(read(file)))).toEqual([]);
});

/** The file that a walk names: from `src/`, or beside the file before it, or above that. */
function visited(name: string, before: string): string {
  for (let folder = dirname(before); folder !== '.'; folder = dirname(folder))
    if (existsSync(source(join(folder, `${name}.ts`)))) return join(folder, `${name}.ts`);
  return `${name}.ts`;
}
const source = (path: string) => fileURLToPath(new URL(`../src/${path}`, import.meta.url));

test.each([
  ['A byte of output', 8],
  ['A key', 6],
  ['A dead connection, until the proof of its cure', 14],
  ['A relaunch', 14],
])('%s passes files that exist, and at most %i of them', (name, max) => {
  const [, walk = ''] =
    new RegExp(`\\* \\*\\*${name}:\\*\\*([^]*?)\\n(?:\\*|\\n)`).exec(read('docs/architecture.md')) ?? [];
  const files: string[] = [];
  for (const [, file = ''] of walk.matchAll(/`([^`]+)`/g)) files.push(visited(file, files.at(-1) ?? ''));
  expect(files.filter((file) => !existsSync(source(file)))).toEqual([]);
  expect(files.length).toBeGreaterThan(0);
  expect(new Set(files).size).toBeLessThanOrEqual(max);
});
