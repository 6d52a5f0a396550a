/** Who is measured: the same little agent, alone and inside what passes its terminal on. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launcher } from '../../../src/platform/own-files.ts';

export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const script = '/usr/bin/script';

/** @param stateHome a throw-away folder for the guard's records */
export function contenders(agent: string, stateHome: string): readonly Contender[] {
  const guardEnv = { GUARDED_CLAUDE_COMMAND: agent, XDG_STATE_HOME: stateHome, XDG_CONFIG_HOME: stateHome };
  return [
    { name: 'direct', command: [agent], env: {} },
    { name: 'bare node-pty', command: [process.execPath, here('./bare.js'), agent], env: {} },
    ...(existsSync(script)
      ? [{ name: 'script', command: [script, '-qfc', agent, '/dev/null'], env: {} }]
      : []),
    { name: 'guard', command: [process.execPath, launcher('guarded-claude')], env: guardEnv },
  ];
}
