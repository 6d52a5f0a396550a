// Builds dist/: the bundles that people run, and in dist/modules what only a checkout needs, the sources compiled one by
// one for the rigs, the scripts and the tests of single modules.
//
// Nothing is emptied first, and chunks of an earlier build stay for a day: a guard that runs from this checkout may
// import lazily while it is rebuilt. --clean, for the package, leaves only what belongs to this build.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const chunkLifeMs = 86_400_000;

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  jsx: 'automatic',
  metafile: true,
  logLevel: 'warning',
};

/** The guard is built apart from the file that decides whether it is needed. */
const guardApart = {
  name: 'guard-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/under-guard\.ts$/ }, () => ({ path: './guard.js', external: true }));
  },
};

/** Each group is built by itself: the fewer entries share a module, the fewer files there are to load. */
const groups = [
  { entryPoints: { 'guarded-claude': 'src/guarded-claude.ts' }, plugins: [guardApart] },
  { entryPoints: { guard: 'src/under-guard.ts' }, splitting: true, chunkNames: 'chunks/[name]-[hash]' },
  { entryPoints: { guardctl: 'src/guardctl.ts' }, splitting: true, chunkNames: 'chunks/[name]-[hash]' },
  { entryPoints: { relay: 'src/tunnel/relay.ts' } },
  { entryPoints: { 'tunnel-service': 'src/service/main.ts' } },
  { entryPoints: { 'tunnel-address': 'src/service/address.ts' } },
  { entryPoints: { 'transcript-thread': 'src/agents/claude-code/transcript/apart-thread.ts' } },
  { entryPoints: { 'otlp-thread': 'src/metrics/otlp-thread.ts' } },
  { entryPoints: { 'simulated-agent': 'src/drill/agent/main.ts' } },
  { entryPoints: { 'sdk/index': 'src/sdk/index.ts' } },
];

const require = createRequire(import.meta.url);
const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

const compile = (project) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
    child.once('exit', (code) => resolve(code ?? 1));
  });

async function bundle() {
  const results = await Promise.all(groups.map((group) => build({ ...shared, ...group })));
  return new Set(results.flatMap(({ metafile }) => Object.keys(metafile.outputs)));
}

/** @param made files of this build's bundles, relative to the root */
function removeOld(made, isClean) {
  for (const file of readdirSync(dist, { recursive: true })) {
    if (!file.endsWith('.js') || made.has(join('dist', file))) continue;
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
