// Shared by the two launchers: checks node, builds a fresh checkout once, hands over to dist/.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const oldest = [20, 19];

function fail(text, code = 1) {
  process.stderr.write(`guarded-claude: ${text}\n`);
  process.exit(code);
}

export async function launch(name) {
  const entry = new URL(`../dist/${name}.js`, import.meta.url);
  if (!existsSync(entry)) await build();
  if (!existsSync(entry)) fail(`${fileURLToPath(entry)} is missing; install the package again`);
  module.enableCompileCache?.(); // node 22.1 and later
  if (name === 'guarded-claude') await guard(entry);
  else await companion(entry);
}

async function companion(entry) {
  const problem = oldNode();
  if (problem !== null) fail(problem);
  await import(entry.href);
}

/** What fails once this one file is loaded (too many open files, half an update) ends in the plain agent. */
async function guard(entry) {
  const { main } = await import(entry.href).catch((error) =>
    fail(`cannot be loaded: ${String(error).split('\n')[0]}`, 126),
  );
  process.exit(await main(process.argv.slice(2), process.env, oldNode()));
}

function oldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return null;
  return `node ${oldest.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`;
}

async function build() {
  const { spawnSync } = await import('node:child_process');
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (!existsSync(`${root}src`) || !existsSync(`${root}scripts/build.js`)) return;
  if (!existsSync(`${root}node_modules/typescript`)) fail(`not built yet; run "npm ci" in ${root}`);
  // The compiler's words go to stderr: stdout may be what a script reads.
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.js`], { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`the build failed; run "npm ci && npm run build" in ${root}`);
}
