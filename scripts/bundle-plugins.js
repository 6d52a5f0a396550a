// What the bundles in CommonJS have in common: what is loaded before an agent runs, and guardctl.
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/**
 * What runs before the agent is CommonJS, and so is what decides whether the agent is to be guarded: before its first
 * ES module, node has to load the loader for them.
 */
export const commonJs = { format: 'cjs', outExtension: { '.js': '.cjs' }, write: false };

/** A module that is loaded when something of it is first used. */
export const banner = `const lazily = (name, loaded) => new Proxy({}, { get: (_, member) => (loaded ??= require(name))[member] });`;

/** What CommonJS lacks, and what code that was kept lacks: there, `import()` finds no loader (bin/compiled.js). */
const imports = `const ownUrl = require('node:url').pathToFileURL(__filename).href;
const importLater = module.importLater ?? ((name) => import(name));`;

/** @param more code at the beginning of the file */
export const withImports = (more = '') => ({
  define: { 'import.meta.url': 'ownUrl' },
  banner: { js: [banner, imports, more].join('\n') },
});

/** Each takes node a millisecond or more, and is not needed before the agent runs, or not every time. */
const lazyModules = [
  'child_process',
  'crypto',
  'dns',
  'fs/promises',
  'net',
  'os',
  'perf_hooks',
  'timers/promises',
  'tty',
  'worker_threads',
].map((name) => `node:${name}`);
export const lazily = {
  name: 'lazily',
  setup({ onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'import-statement' && lazyModules.includes(path)
        ? { path: `lazy:${path}`, external: true }
        : null,
    );
  },
};

/**
 * Some of these packages are ES modules, which a CommonJS file cannot load on every supported version of node. With
 * them and the virtual terminal packed in, a session needs no loader for ES modules.
 */
const packed = ['@xterm/headless', 'chokidar', 'readdirp', 'signal-exit', 'strip-ansi', 'ansi-regex'];
export const packedIn = {
  name: 'packed-in',
  setup({ onResolve }) {
    onResolve({ filter: new RegExp(`^(${packed.join('|')})$`) }, ({ path }) => ({
      path: fileURLToPath(import.meta.resolve(path)),
    }));
  },
};

/** The path of a module below `src/`. */
const moduleAt = (folder, path) => relative(join(root, 'src'), join(folder, path));

/** @param resolve is given a module below `src/` and how it is imported. Null: it is none of this plugin's */
export const relatively = (name, resolve) => ({
  name,
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ kind, path, resolveDir }) =>
      resolve(moduleAt(resolveDir, path), kind),
    );
  },
});

/** @param pathOf the path by which a module that is needed later is imported, once it is built */
export const laterApart = (inTheFile, pathOf) =>
  relatively('later-apart', (module, kind) =>
    kind === 'dynamic-import' && !inTheFile.includes(module)
      ? { path: pathOf(`src/${module}`), external: true }
      : null,
  );

/**
 * Only in regular expressions does the bundler leave other characters than ASCII. With them, node reads a file slowly.
 */
const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** The text of a bundle, with calls in place of what the bundler was told to leave alone. */
export const finished = (text) =>
  text
    .replaceAll(/\brequire\("lazy:/g, 'lazily("')
    .replaceAll(/\bimport\("here:/g, 'importHere("')
    .replaceAll(/\bimport\("rest:/g, 'importRest("')
    .replaceAll(/\bimport\("/g, 'importLater("')
    .replaceAll(/[^\x00-\x7f]/g, escaped);
