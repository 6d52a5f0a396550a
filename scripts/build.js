// Builds dist/: the bundles that people run and, in dist/modules, what only a checkout needs: the sources compiled one by
// one, for the rigs, the scripts and the tests of single modules.
//
// Nothing is emptied first, and chunks of an earlier build stay for a day: a guard that runs from this checkout may
// import lazily while it is rebuilt. --clean, for the package, leaves only what belongs to this build.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);
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

/**
 * What runs before the agent is one CommonJS file, and so is what decides whether the agent is to be guarded: before its
 * first ES module, node has to load the loader for them.
 */
const beforeTheAgent = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
};

/**
 * Modules that are not needed before the agent runs, or not every time, are loaded when they are first used: each takes
 * node a millisecond or more.
 */
const lazyModules = [
  ...[
    'child_process',
    'crypto',
    'dns',
    'fs/promises',
    'net',
    'os',
    'timers/promises',
    'tty',
    'worker_threads',
  ].map((name) => `node:${name}`),
  'signal-exit',
];
const lazily = {
  name: 'lazily',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, namespace }) => {
      if (!lazyModules.includes(path)) return null;
      return namespace === 'lazily' ? { path, external: true } : { path, namespace: 'lazily' };
    });
    onLoad({ filter: /./, namespace: 'lazily' }, ({ path }) => ({
      contents: `for (const name of ${JSON.stringify(Object.keys(require(path)))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require('${path}')[name] });`,
    }));
  },
};

/** This bundle only decides: the guard is another file. */
const guardApart = {
  name: 'guard-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/under-guard\.ts$/ }, () => ({ path: './guard.cjs', external: true }));
  },
};
const decision = {
  ...beforeTheAgent,
  entryPoints: { 'guarded-claude': 'src/guarded-claude.ts' },
  supported: { 'dynamic-import': false },
  plugins: [lazily, guardApart],
};

/**
 * What a guarded agent always needs is in two files: what runs before the agent, and what is loaded while it boots. It is
 * evaluated only when it is imported, while finding and loading some thirty files would take node ten times as long.
 */
const beforeIt = ['guard/supervise.ts', 'agents/claude-code/index.ts'];
const whileItBoots = [
  'guard/loop.ts',
  'decide/state.ts',
  'guard/watch-terminal.ts',
  'guard/leave.ts',
  'guard/relay.ts',
  'tunnel/front.ts',
  'tunnel/probe.ts',
  'agents/codex/index.ts',
  'print/print.ts',
  'print/watch.ts',
];

/**
 * Some of these packages are ES modules, which a CommonJS file cannot load on every supported version of node. With them
 * and the virtual terminal packed in, a session needs no loader for ES modules.
 */
const packed = ['@xterm/headless', 'chokidar', 'readdirp', 'strip-ansi', 'ansi-regex'];
const packedIn = {
  name: 'packed-in',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${packed.join('|')})$`) }, ({ path }) => ({
      path: fileURLToPath(import.meta.resolve(path)),
    }));
  },
};

/** The path of a module below `src/`. */
const moduleAt = (folder, path) => relative(join(root, 'src'), join(folder, path));

/** @param pathOf the path by which a module that is needed later is imported, once it is built */
const laterApart = (inTheFile, pathOf) => ({
  name: 'later-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      const module = moduleAt(resolveDir, path);
      if (kind !== 'dynamic-import' || inTheFile.includes(module)) return null;
      return { path: pathOf(`src/${module}`), external: true };
    });
  },
});

/** What CommonJS lacks, and what code that was kept lacks: there, `import()` finds no loader (bin/compiled.js). */
const banner = `const ownUrl = require('node:url').pathToFileURL(__filename).href;
const importLater = module.importLater ?? ((name) => import(name));
const importRest = async (name) => require('./rest.cjs').modules[name]();`;
const withBanner = { define: { 'import.meta.url': 'ownUrl' }, banner: { js: banner }, write: false };

/** What is imported from the rest of the guard, which is a file of its own. */
const restApart = {
  name: 'rest-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) => {
      const module = moduleAt(resolveDir, path);
      if (kind !== 'dynamic-import' || !whileItBoots.includes(module)) return null;
      return { path: `rest:${module}`, external: true };
    });
  },
};

/** @param used modules that the rest uses: both files must have the same one */
const guardWith = (pathOf, used) => ({
  ...beforeTheAgent,
  ...withBanner,
  stdin: {
    contents: `export { guard } from './src/under-guard.ts';
      export const shared = { ${listOf(used, 'require')} };`,
    resolveDir: root,
  },
  outdir: undefined,
  outfile: 'dist/guard.cjs',
  plugins: [lazily, packedIn, restApart, laterApart(beforeIt, pathOf)],
});

/**
 * @param inGuard modules that are in the guard's first file
 * @param share is told each of them that the rest uses
 */
const restWith = (pathOf, inGuard, share) => ({
  ...beforeTheAgent,
  ...withBanner,
  stdin: { contents: `export const modules = { ${listOf(whileItBoots, 'import')} };`, resolveDir: root },
  outdir: undefined,
  outfile: 'dist/rest.cjs',
  plugins: [lazily, packedIn, fromGuard(inGuard, share), laterApart(whileItBoots, pathOf)],
});

const listOf = (modules, how) =>
  modules.map((module) => `'${module}': () => ${how}('./src/${module}')`).join(', ');

const fromGuard = (inGuard, share) => ({
  name: 'from-guard',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const module = moduleAt(resolveDir, path);
      if (!inGuard.includes(module)) return null;
      share(module);
      return { path: module, namespace: 'from-guard' };
    });
    onResolve({ filter: /^\.\/guard\.cjs$/, namespace: 'from-guard' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'from-guard' }, ({ path }) => ({
      contents: `module.exports = require('./guard.cjs').shared['${path}']();`,
    }));
  },
});

/** Commands that are called often, by people and by programs, and what they need: in one file with the table of all. */
const quickCommands = [
  'commands/sessions.ts',
  'commands/status.ts',
  'commands/incidents.ts',
  'commands/health.ts',
  'commands/words.ts',
  'words/columns.ts',
];
const companionWith = (pathOf) => ({
  ...beforeTheAgent,
  ...withBanner,
  packages: 'bundle',
  entryPoints: { guardctl: 'src/guardctl.ts' },
  plugins: [lazily, laterApart(quickCommands, pathOf)],
});

const guardAndRest = async (pathOf) => {
  const { metafile } = await build({ ...shared, ...guardWith(pathOf, []) });
  const inGuard = Object.keys(metafile.inputs).map((file) => relative('src', file));
  const used = new Set();
  const rest = await build({ ...shared, ...restWith(pathOf, inGuard, (module) => used.add(module)) });
  return [await build({ ...shared, ...guardWith(pathOf, [...used].sort()) }), rest];
};
const companion = async (pathOf) => [await build({ ...shared, ...companionWith(pathOf) })];

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

/** Only in regular expressions does the bundler leave other characters than ASCII, and with them node reads a file slowly. */
const finished = (text) =>
  text
    .replaceAll(/\bimport\("rest:/g, 'importRest("')
    .replaceAll(/\bimport\("/g, 'importLater("')
    .replaceAll(/[^\x00-\x7f]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

const compiler = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');

const compile = (project) =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [compiler, '-p', project], { stdio: 'inherit' });
    child.once('exit', (code) => resolve(code ?? 1));
  });

async function bundle() {
  const built = [...groups, decision].map((group) => build({ ...shared, ...group }));
  const results = await Promise.all([...built, buildWithLater(guardAndRest), buildWithLater(companion)]);
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
