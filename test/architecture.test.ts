/**
 * The pure core stays pure: no `node:` module, no package, no clock, no randomness, and imports only from itself.
 * Imports point one way, and never in a circle. The agents' folders know nothing about each other,
 * and the rest of the project nothing about them.
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
  'config/switch.ts',
  'platform/ending-signals.ts',
  'platform/streams.ts',
  'tunnel/stages.ts',
  'tunnel/tls-records.ts',
  'service/silence.ts',
  'recover/snapshot.ts',
  'recover/prompt.ts',
  'recover/call.ts',
  'recover/call-advice.ts',
  'recover/quote.ts',
];

/** Packages that are functions from values to values. */
const purePackages = ['strip-ansi'];

const isPure = (file: string) =>
  pure.some((name) => (name.endsWith('/') ? file.startsWith(name) : file === name));
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /\.tsx?$/.test(file),
);

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

/** Static ones, with and without names, and dynamic ones. */
function imports(file: string): readonly Import[] {
  const text = readFileSync(join(source, file), 'utf8');
  const named = text.matchAll(/^(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'/gm);
  const others = text.matchAll(/^import\s+()'([^']+)'|\bimport\(()'([^']+)'\)/gm);
  return [
    ...[...named].map(([, type, target = '']) => ({ typeOnly: type !== undefined, target })),
    ...[...others].map((match) => ({ typeOnly: false, target: match[2] ?? match[4] ?? '' })),
  ];
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

/**
 * `agents/<agent>/`; null for a file that is in no agent's folder. What agents share is in `common/` and `contract/`.
 */
const agentOf = (file: string) => /^agents\/(?!(?:common|contract)\/)([^/]+)\//.exec(file)?.[1] ?? null;

/** They know all of them: which one is meant, and where it is. */
const tablesOfAgents = ['agents/choose.ts', 'agents/index.ts'];

test.each(files.filter((file) => file.startsWith('agents/') && !tablesOfAgents.includes(file)))(
  '%s depends on no other agent',
  (file) => {
    for (const { target } of imports(file).filter(({ target }) => target.startsWith('.')))
      expect([null, agentOf(file)], `${file} imports ${target}`).toContain(agentOf(resolve(file, target)));
  },
);

/** Files outside of `agents/` that are about one agent, and why. */
const aboutOneAgent = {
  'commands/repair.ts': 'a file does not say whose conversation it is, and no other agent’s needs a repair',
  'commands/doctor/agent.ts': 'only Claude Code keeps a record of starts that died',
  'commands/doctor/background.ts': 'only Claude Code starts its background sessions through a launcher',
  'service/address.ts': 'that launcher runs it, and waits for it, so it loads nothing else of the agent',
};

test('only a file that is about one agent imports from its folder', () => {
  const importing = files.filter(
    (file) => !file.startsWith('agents/') && ours(file).some((imported) => agentOf(imported) !== null),
  );
  expect(importing.toSorted()).toEqual(Object.keys(aboutOneAgent).toSorted());
});

/** Files and folders of `src/` in layers: an import leads to the same one or to one further up. */
const layers = [
  'events.ts',
  'effects.ts',
  'platform',
  'config',
  'detect',
  'decide',
  'recover',
  'agents',
  'terminal',
  'tunnel',
  'sensors',
  'records',
  'metrics',
  'words',
  'person',
  'guard',
  'print',
  'sdk',
  'service',
  'drill',
  'dashboard',
  'commands',
  'target.ts',
  'plain.ts',
  'under-guard.ts',
  'guarded-claude.ts',
  'guardctl.ts',
];

const layerOf = (file: string) => layers.indexOf(file.split('/')[0] ?? '');

/** What a file imports of ours; bundles name each other as `.js`. */
const ours = (file: string) =>
  imports(file)
    .filter(({ target }) => target.startsWith('.'))
    .map(({ target }) => resolve(file, target));

test.each(files)('%s imports only from its own layer and those above', (file) => {
  const own = layerOf(file);
  expect(own).toBeGreaterThanOrEqual(0);
  const foreign = ours(file).filter((imported) => layerOf(imported) < 0 || layerOf(imported) > own);
  expect(foreign).toEqual([]);
});

test('no file imports itself in a circle', () => {
  const done = new Set<string>();
  const follow = (file: string, way: readonly string[]): void => {
    expect(way, `${file} leads back to itself`).not.toContain(file);
    if (done.has(file)) return;
    for (const imported of ours(file)) if (files.includes(imported)) follow(imported, [...way, file]);
    done.add(file);
  };
  for (const file of files) follow(file, []);
});

test('only the entry points exit', () => {
  const exiting = files.filter((file) => /\bprocess\.exit\(/.test(readFileSync(join(source, file), 'utf8')));
  expect(
    exiting.filter(
      (file) => !['guarded-claude.ts', 'guardctl.ts'].includes(file) && !/^drill\/agent\//.test(file),
    ),
  ).toEqual([]);
});

test('a module asks only for its own URL: the bundles that are CommonJS know nothing else of it', () => {
  const asking = files.filter((file) =>
    /import\.meta(?!\.url\b)/.test(readFileSync(join(source, file), 'utf8')),
  );
  expect(asking).toEqual([]);
});
