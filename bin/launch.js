// Shared by the two launchers: checks node, builds a fresh checkout once, hands over to dist/. CommonJS, as what it loads
// to run the agent is: node has less to load before it.
const { existsSync, statSync } = require('node:fs');
const { isAbsolute, join } = require('node:path');

const oldest = [20, 19];
const root = join(__dirname, '..');
const entries = { 'guarded-claude': 'guarded-claude.cjs', guardctl: 'guardctl.cjs' };

function fail(text, code = 1) {
  process.stderr.write(`guarded-claude: ${text}\n`);
  process.exit(code);
}

async function launch(name) {
  const entry = join(root, 'dist', entries[name]);
  if (!existsSync(entry)) await build();
  if (!existsSync(entry)) fail(`${entry} is missing; install the package again`);
  if (name === 'guarded-claude') await guard(entry);
  else companion(entry);
}

/**
 * What is compiled is kept for the next start, in a folder that is ours and that nobody else may write to: what lies
 * there is run. The guard makes the folder at its first start (src/platform/paths.ts).
 */
function keepCompiled() {
  const { XDG_STATE_HOME: states = '', HOME: home = '' } = process.env;
  const folder = join(isAbsolute(states) ? states : join(home, '.local/state'), 'guarded-claude');
  if (!isAbsolute(folder) || !isOurs(folder)) return;
  const compiled = join(folder, 'compiled');
  const { enableCompileCache } = require('node:module');
  if (enableCompileCache) enableCompileCache(compiled);
  else require('./compiled.js').keepCompiledIn(compiled);
}

/** False, too, if it is not there, or cannot be looked at. */
function isOurs(folder) {
  try {
    const { uid, mode } = statSync(folder);
    return uid === process.getuid() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}

function companion(entry) {
  const problem = oldNode();
  if (problem !== null) fail(problem);
  // On node 20, to find and check what was kept would take longer than to compile so small a file.
  if (require('node:module').enableCompileCache) keepCompiled();
  require(entry);
}

/**
 * What fails once this one file is loaded (too many open files, half an update) ends in the plain agent. Nothing is kept
 * of this file: it is small, and compiled sooner than what was kept of it would be found and checked.
 */
async function guard(entry) {
  const { main } = load(entry);
  process.exit(await main(process.argv.slice(2), process.env, oldNode(), keepCompiled));
}

function load(entry) {
  try {
    return require(entry);
  } catch (error) {
    return fail(`cannot be loaded: ${String(error).split('\n')[0]}`, 126);
  }
}

function oldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return null;
  return `node ${oldest.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`;
}

async function build() {
  const { spawnSync } = require('node:child_process');
  const script = join(root, 'scripts', 'build.js');
  if (!existsSync(join(root, 'src')) || !existsSync(script)) return;
  if (!existsSync(join(root, 'node_modules', 'typescript'))) fail(`not built yet; run "npm ci" in ${root}`);
  // The compiler's words go to stderr: stdout may be what a script reads.
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`the build failed; run "npm ci && npm run build" in ${root}`);
}

module.exports = { launch };
