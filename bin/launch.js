// Shared by the two launchers: checks node, builds a fresh checkout once, hands over to dist/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = [20, 19];

function fail(text, code = 1) {
  process.stderr.write(`guarded-claude: ${text}\n`);
  process.exit(code);
}

const dist = (name) => new URL(`../dist/${name}.js`, import.meta.url);

export async function launch(name) {
  const entry = dist(name);
  if (!existsSync(entry)) build();
  if (!existsSync(entry)) fail(`${fileURLToPath(entry)} is missing; install the package again`);
  if (name === 'guarded-claude') await guard(entry);
  else await companion(entry);
}

async function companion(entry) {
  const problem = oldNode();
  if (problem !== null) fail(problem);
  await import(entry.href);
}

/** What fails on our side while the guard is loaded (too many open files, half an update) ends in the plain agent. */
async function guard(entry) {
  const { env } = process;
  let rest;
  try {
    // First and few, for when there is no way to load all the others.
    rest = await Promise.all([import(dist('target').href), import(dist('plain').href)]);
    const problem = oldNode();
    if (problem !== null) throw new Error(problem);
    await import(entry.href);
  } catch (error) {
    if (rest === undefined) fail(`cannot be loaded: ${String(error).split('\n')[0]}`, 126);
    const [{ findTarget }, { runUnguarded }] = rest;
    const found = findTarget(process.argv.slice(2), env, process.argv[1] ?? '');
    if (found.ok) process.exit(await runUnguarded(found.target, env, error));
    process.stderr.write(`guarded-claude: ${found.message}\n`);
    process.exit(found.code);
  }
}

function oldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return null;
  return `node ${oldest.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`;
}

function build() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (!existsSync(`${root}src`) || !existsSync(`${root}scripts/build.js`)) return;
  if (!existsSync(`${root}node_modules/typescript`)) fail(`not built yet; run "npm ci" in ${root}`);
  // The compiler's words go to stderr: stdout may be what a script reads.
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.js`], { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`the build failed; run "npm ci && npm run build" in ${root}`);
}
