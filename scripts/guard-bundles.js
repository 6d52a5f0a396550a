// What a guarded agent always needs, in two files: what runs before the agent, and the rest, which is loaded while the
// agent boots. Finding and loading some two hundred files would take node many times as long.
import { basename, relative } from 'node:path';
import { build } from 'esbuild';
import { commonJs, laterApart, lazily, packedIn, relatively, root, withImports } from './bundle-plugins.js';

/** Imported later than the file begins, but always. */
const beforeIt = ['guard/supervise.ts', 'agents/claude-code/index.ts'];
/** Each of them is evaluated when it is first imported. */
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

const apart = relatively('apart', (module, kind) => {
  if (kind !== 'dynamic-import') return null;
  if (beforeIt.includes(module)) return { path: `here:${module}`, external: true };
  return whileItBoots.includes(module) ? { path: `rest:${module}`, external: true } : null;
});

/** @param rest the name of the second file */
const importsOfBoth = (rest) => `const importHere = async (name) => module.exports.here[name];
const importRest = async (name) => require('./${rest}').modules[name]();`;

const file = (name, lines) => ({
  ...commonJs,
  ...withImports(),
  stdin: { contents: lines.join('\n'), resolveDir: root },
  entryNames: name,
});
const objectOf = (modules, textOf) =>
  `{ ${modules.map((module, index) => `'${module}': ${textOf(module, index)}`).join(', ')} }`;

/**
 * @param used names of modules that the rest uses: it must not have them a second time, with a state of their own
 * @param restFile the name of the rest's file
 */
const before = (pathOf, used, restFile) => {
  const modules = [...used.keys()];
  const each = (module, textOf) =>
    `{ ${used
      .get(module)
      .map((name) => textOf(name, `${name}_${modules.indexOf(module)}`))
      .join(', ')} }`;
  const lines = [
    `export { guard } from './src/under-guard.ts';`,
    ...beforeIt.map((module, index) => `import * as here${index} from './src/${module}';`),
    `export const here = ${objectOf(beforeIt, (_, index) => `here${index}`)};`,
    ...modules.map(
      (module) => `import ${each(module, (name, alias) => `${name} as ${alias}`)} from './src/${module}';`,
    ),
    `export const shared = ${objectOf(
      modules,
      (module) => `() => (${each(module, (name, alias) => `${name}: ${alias}`)})`,
    )};`,
  ];
  return {
    ...file('guard', lines),
    ...withImports(importsOfBoth(restFile)),
    plugins: [lazily, packedIn, apart, laterApart([], pathOf)],
  };
};

/**
 * The hash in its name ties it to the first file: an update while a session starts does not mix two versions.
 *
 * @param share is told each module of the first file that the rest uses, and returns its names
 */
const rest = (pathOf, share) => ({
  ...file('rest-[hash]', [
    `export const modules = ${objectOf(whileItBoots, (module) => `() => import('./src/${module}')`)};`,
  ]),
  plugins: [lazily, packedIn, fromGuard(share), laterApart(whileItBoots, pathOf)],
});

const fromGuard = (share) => ({
  name: 'from-guard',
  setup(building) {
    const place = (module) => (share(module) === null ? null : { path: module, namespace: 'from-guard' });
    relatively('from-guard', place).setup(building);
    building.onResolve({ filter: /./, namespace: 'from-guard' }, ({ path }) => ({ path, external: true }));
    building.onLoad({ filter: /./, namespace: 'from-guard' }, ({ path }) => ({
      contents: `const { shared } = require('./guard.cjs');
        export const { ${share(path).join(', ')} } = shared['${path}']();`,
    }));
  },
});

/** What each of these modules exports, by name. */
async function namesIn(modules, shared) {
  const entryPoints = modules.map((module) => `src/${module}`);
  const { metafile } = await build({
    ...shared,
    entryPoints,
    bundle: false,
    packages: undefined,
    write: false,
  });
  const outputs = Object.values(metafile.outputs);
  return new Map(outputs.map(({ entryPoint, exports }) => [relative('src', entryPoint), exports]));
}

/** @param shared options of all bundles */
export const guardBundles = (shared) => async (pathOf) => {
  const { metafile } = await build({ ...shared, ...before(pathOf, new Map(), '') });
  const modules = Object.keys(metafile.inputs).filter((input) => input.startsWith('src/'));
  const names = await namesIn(
    modules.map((input) => relative('src', input)),
    shared,
  );
  const used = new Map();
  const share = (module) => {
    if (!names.has(module)) return null;
    used.set(module, names.get(module));
    return names.get(module);
  };
  const second = await build({ ...shared, ...rest(pathOf, share) });
  const [{ path }] = second.outputFiles;
  return [await build({ ...shared, ...before(pathOf, used, basename(path)) }), second];
};
