/** The launchers take every node that the package names, and no older one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { engines } = JSON.parse(read('package.json')) as { readonly engines: { readonly node: string } };
const oldest = engines.node.replace('>=', '');
const [major = 0, minor = 0] = oldest.split('.').map(Number);

/** A home where node calls itself this version. */
function homeWithNode(version: string) {
  const claim = join(temporaryFolder(), 'claim.cjs');
  writeFileSync(claim, `Object.defineProperty(process.versions, 'node', { value: '${version}' });\n`);
  return makeHome({ NODE_OPTIONS: `--require ${claim}` });
}

test.each([`${major}.${minor}.0`, `${major + 1}.0.0`])('node %s is taken', async (version) => {
  expect(await homeWithNode(version).run('help')).toMatchObject({ code: 0, stderr: '' });
});

test.each([`${major}.${minor - 1}.9`, `${major - 1}.${minor + 1}.0`])(
  'node %s is too old',
  async (version) => {
    const { code, stderr } = await homeWithNode(version).run('help');
    expect(stderr).toContain(`node ${oldest} or newer is needed, this is ${version}`);
    expect(code).toBe(1);
  },
);

test('the README names the oldest node', () => {
  expect(read('README.md')).toContain(`node ${oldest} or newer`);
});
