/** Puts the simulated agent into a folder as an executable named `claude`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programFile } from '../../platform/own-files.ts';

/** @returns the path of the executable. */
export function installSimulatedAgent(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'claude');
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${programFile('simulated-agent')}' "$@"\n`, {
    mode: 0o755,
  });
  return path;
}
