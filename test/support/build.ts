import { spawnSync } from 'node:child_process';

/** Compiles src/ to dist/ once before a test run. */
export default function build(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('src/ does not compile');
}
