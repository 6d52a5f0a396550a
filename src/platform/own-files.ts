/**
 * Where this package's own files are. A bundle, the compiled modules and the sources are at different depths, and all
 * of them start the same programs.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Programs that run in a process or a thread of their own. `scripts/build.js` bundles each into one file. */
export type Program =
  | 'relay'
  | 'tunnel-service'
  | 'tunnel-address'
  | 'transcript-thread'
  | 'otlp-thread'
  | 'simulated-agent';

let root: string | undefined;

/** The folder of `package.json`. */
export function packageRoot(): string {
  root ??= above(dirname(fileURLToPath(import.meta.url)));
  return root;
}

/** The file of a program. */
export const programFile = (name: Program): string => join(packageRoot(), 'dist', `${name}.js`);

/** The program that people run. */
export const launcher = (name: 'guarded-claude' | 'guardctl'): string =>
  join(packageRoot(), 'bin', `${name}.js`);

function above(folder: string): string {
  const next = dirname(folder);
  return existsSync(join(folder, 'package.json')) || next === folder ? folder : above(next);
}
