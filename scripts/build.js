// Compiles src/ to dist/ and removes what has no source any more. Files are overwritten, never emptied first:
// a guard that runs from this checkout may import lazily while it is rebuilt.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const compiler = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin',
  'tsc',
);
// The second time only types, and only of what others import.
const status = [root, join(root, 'src', 'sdk')]
  .map((project) => spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' }).status ?? 1)
  .find((code) => code !== 0);

const dist = join(root, 'dist');
if (existsSync(dist)) {
  for (const file of readdirSync(dist, { recursive: true })) {
    const source = join(root, 'src', file.replace(/\.js$/, ''));
    if (file.endsWith('.js') && !existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`))
      rmSync(join(dist, file));
  }
}
process.exit(status ?? 0);
