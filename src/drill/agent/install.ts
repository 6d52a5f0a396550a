/** Puts the simulated agent into a folder as an executable named `claude`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The compiled program, also when this file runs from the sources, as in tests. */
const program = fileURLToPath(new URL('./main.js', import.meta.url)).replace(
  /([\\/])src([\\/]drill)/,
  '$1dist$2',
);

/** @returns the path of the executable. */
export function installSimulatedAgent(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'claude');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  return path;
}
