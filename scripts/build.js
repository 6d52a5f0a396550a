// Builds dist/: the bundles that people run and, in dist/modules, what only a checkout needs: the sources compiled one by
// one, for the rigs, the scripts and the tests of single modules.
//
// Nothing is emptied first, and chunks of an earlier build stay for a day: a guard that runs from this checkout may
// import lazily while it is rebuilt. --clean, for the package, leaves only what belongs to this build.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';
import { banner, commonJs, finished, laterApart, lazily, root, withImports } from './bundle-plugins.js';
import { guardBundles } from './guard-bundles.js';

const dist = join(root, 'dist');
const require = createRequire(import.meta.url);
const { engines } = require('../package.json');
const chunkLifeMs = 86_400_000;

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: `node${engines.node.replace('>=', '')}`,
  jsx: 'automatic',
  metafile: true,
  logLevel: 'warning',
};

/** Each group is built separately: the fewer entries share a module, the fewer files there are to load. */
const groups = [
  { entryPoints: { relay: 'src/tunnel/relay.ts' } },
  { entryPoints: { 'tunnel-service': 'src/service/main.ts' } },
  { entryPoints: { 'tunnel-address': 'src/service/address.ts' } },
  { entryPoints: { 'transcript-thread': 'src/agents/claude-code/transcript/thread-main.ts' } },
  { entryPoints: { 'otlp-thread': 'src/metrics/otlp-thread.ts' } },
  { entryPoints: { 'simulated-agent': 'src/drill/agent/main.ts' } },
  { entryPoints: { 'sdk/index': 'src/sdk/index.ts' } },
];

/** This bundle only decides: the guard is another file. */
const guardApart = {
  name: 'guard-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/under-guard\.ts$/ }, () => ({ path: './guard.cjs', external: true }));
  },
};
const decision = async () => [
  await build({
    ...shared,
    ...commonJs,
    banner: { js: banner },
    entryPoints: { 'guarded-claude': 'src/guarded-claude.ts' },
    supported: { 'dynamic-import': false },
    plugins: [lazily, guardApart],
  }),
];

/** Commands that are called often, by people and by programs, and what they need: in one file with the table of all. */
const quickCommands = [
  'commands/sessions.ts',
  'commands/status.ts',
  'commands/incidents.ts',
  'commands/health.ts',
  'commands/words.ts',
  'words/columns.ts',
];
const companion = async (pathOf) => [
  await build({
    ...shared,
    ...commonJs,
    ...withImports(),
    packages: 'bundle',
    entryPoints: { guardctl: 'src/guardctl.ts' },
    plugins: [lazily, laterApart(quickCommands, pathOf)],
  }),
];

/** Builds what a program loads later, and then its own files, which contain the names of those. */
async function buildWithLater(programWith) {
  const later = new Set();
  await programWith((module) => {
    later.add(module);
    return module;
  });
  const names = 'chunks/[name]-[hash]';
  const chunks = await build({
    ...shared,
    entryPoints: [...later],
    splitting: true,
    entryNames: names,
    chunkNames: names,
  });
  const files = new Map(
    Object.entries(chunks.metafile.outputs).map(([file, { entryPoint }]) => [
      entryPoint,
      relative('dist', file),
    ]),
  );
  const program = await programWith((module) => `./${files.get(module)}`);
  for (const { path, text } of program.flatMap(({ outputFiles }) => outputFiles))
    writeFileSync(path, finished(text));
  return [chunks, ...program];
}

const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

const compile = (project) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
    child.once('exit', (code) => resolve(code ?? 1));
  });

async function bundle() {
  const built = groups.map((group) => build({ ...shared, ...group }));
  const programs = [decision, guardBundles(shared), companion].map(buildWithLater);
  const results = await Promise.all([...built, ...programs]);
  return new Set(results.flat().flatMap(({ metafile }) => Object.keys(metafile.outputs)));
}

/** @param made files of this build's bundles, relative to the root */
function removeOld(made, isClean) {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!/\.c?js$/.test(file) || made.has(join('dist', file))) continue;
    const path = join(dist, file);
    const module = /^modules[\\/](.*)\.js$/.exec(file);
    if (module) {
      const source = join(root, module[1]);
      if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(path);
    } else if (isClean || Date.now() - statSync(path).mtimeMs > chunkLifeMs) rmSync(path);
  }
}

const [made, ...codes] = await Promise.all([bundle(), compile(root), compile(join(root, 'src', 'sdk'))]);
removeOld(made, process.argv.includes('--clean'));
process.exit(codes.find((code) => code !== 0) ?? 0);
