/**
 * The pure core stays pure: no `node:` module, no package, no clock, no chance, and imports only from itself. The
 * folders of the agents know nothing of each other.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

/** Files and folders (with a slash) that are pure. */
const pure = [
  'events.ts',
  'effects.ts',
  'detect/',
  'decide/',
  'config/schema.ts',
  'tunnel/stages.ts',
  'tunnel/tls-records.ts',
  'recover/snapshot.ts',
  'recover/prompt.ts',
  'recover/call.ts',
  'recover/quote.ts',
];

/** Packages that are functions from values to values. */
const purePackages = ['strip-ansi'];

const isPure = (file: string) =>
  pure.some((name) => (name.endsWith('/') ? file.startsWith(name) : file === name));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);

function imports(file: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(join(source, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'/gm)].map((match) => ({
    typeOnly: match[1] !== undefined,
    target: match[2] ?? '',
  }));
}

/** The file, below `src/`, that a relative import leads to. */
const resolve = (file: string, target: string) =>
  relative(source, normalize(join(source, dirname(file), target)));

test.each(files.filter(isPure))('%s is pure', (file) => {
  for (const { target, typeOnly } of imports(file)) {
    if (typeOnly || purePackages.includes(target)) continue;
    expect(target, `${file} imports ${target}`).toMatch(/^\./);
    const imported = resolve(file, target);
    expect(isPure(imported), `${file} imports ${imported}, which is not pure`).toBe(true);
  }
  const code = readFileSync(join(source, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  expect(code).not.toMatch(
    /\b(Date\.now|new Date\(\)|performance\.|Math\.random|process\.[a-z]|setTimeout|setInterval)/,
  );
});

test.each(files.filter((file) => /^(detect|decide)\//.test(file)))(
  '%s knows no version of an agent',
  (file) => {
    expect(readFileSync(join(source, file), 'utf8')).not.toMatch(/\b\d+\.\d+\.\d+\b/);
  },
);

test('every pure file that is named exists', () => {
  for (const name of pure)
    expect(
      files.some((file) => (name.endsWith('/') ? file.startsWith(name) : file === name)),
      name,
    ).toBe(true);
});

/** `agents/<agent>/`; null for a file that is in no agent's folder. What agents share is in `agents/common/`. */
const agentOf = (file: string) => /^agents\/(?!common\/)([^/]+)\//.exec(file)?.[1] ?? null;

/** Knows all of them. */
const tableOfAgents = 'agents/choose.ts';

test.each(files.filter((file) => file.startsWith('agents/') && file !== tableOfAgents))(
  '%s depends on no other agent',
  (file) => {
    for (const { target } of imports(file).filter(({ target }) => target.startsWith('.')))
      expect([null, agentOf(file)], `${file} imports ${target}`).toContain(agentOf(resolve(file, target)));
  },
);

test('only the entry points exit', () => {
  const exiting = files.filter((file) => /\bprocess\.exit\(/.test(readFileSync(join(source, file), 'utf8')));
  expect(
    exiting.filter(
      (file) => !['guarded-claude.ts', 'guardctl.ts'].includes(file) && !/^(drill\/agent|bench)\//.test(file),
    ),
  ).toEqual([]);
});
