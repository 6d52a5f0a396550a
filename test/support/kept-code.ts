/** A person's guard has been started before, so it runs from what earlier starts have kept compiled. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../../src/drill/sandbox.ts';
import { packageRoot } from '../../src/platform/own-files.ts';

/** The guards of all sandboxes share what they keep. */
export function linkKeptCode({ stateHome }: Sandbox): void {
  const state = join(stateHome, 'guarded-claude');
  const kept = join(packageRoot(), '.cache', 'compiled');
  for (const folder of [state, kept]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  symlinkSync(kept, join(state, 'compiled'));
}
