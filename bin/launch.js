// Shared by the two launchers: checks node, builds a fresh checkout once, hands over to dist/.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const oldest = [20, 19];

function fail(text) {
  process.stderr.write(`guarded-claude: ${text}\n`);
  process.exit(1);
}

export async function launch(name) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    fail(
      `node ${oldest.join('.')} or newer is needed, this is ${process.versions.node} (${process.execPath})`,
    );
  }
  const entry = new URL(`../dist/${name}.js`, import.meta.url);
  if (!existsSync(entry)) build();
  if (!existsSync(entry)) fail(`${fileURLToPath(entry)} is missing; install the package again`);
  await import(entry.href);
}

function build() {
  const root = fileURLToPath(new URL('..', import.meta.url));
  if (!existsSync(`${root}src`) || !existsSync(`${root}scripts/build.js`)) return;
  if (!existsSync(`${root}node_modules/typescript`)) fail(`not built yet; run "npm ci" in ${root}`);
  // The compiler's words go to stderr: stdout may be what a script reads.
  const { status } = spawnSync(process.execPath, [`${root}scripts/build.js`], { stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(`the build failed; run "npm ci && npm run build" in ${root}`);
}
