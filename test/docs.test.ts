/** What the documents list is what the tables hold. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { commands } from '../src/commands/table.ts';
import { leaves } from '../src/config/validate.ts';
import { signatures } from '../src/detect/detector.ts';
import { markdownTable as limits } from '../src/detect/limits.ts';
import { markdownTable as precedence } from '../src/detect/precedence.ts';

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

test('every signature is explained, in the order in which they are asked', () => {
  const rows = [...read('docs/how-it-decides.md').matchAll(/^\| `([a-z-]+)` \| (.+?) \|/gm)];
  expect(rows.map(([, name, help]) => [name, help])).toEqual(signatures.map((s) => [s.class, s.help]));
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

test('every command that the README names exists', () => {
  const named = [...read('README.md').matchAll(/guardctl ([a-z]+)/g)].map(([, name]) => name);
  for (const name of named) expect(['help', ...commands.map((command) => command.name)]).toContain(name);
});

test('every document that is linked to exists', () => {
  for (const file of ['README.md', 'CONTRIBUTING.md', 'docs/architecture.md', 'docs/how-it-decides.md']) {
    for (const [, target = ''] of read(file).matchAll(/\]\(([^)#]+\.(?:md|svg))\)/g)) {
      const path = file.startsWith('docs/') ? `docs/${target}` : target;
      expect(() => read(path), `${file} links to ${target}`).not.toThrow();
    }
  }
});
