/** Who is measured: the same little agent, alone and inside what passes its terminal on. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launcher } from '../../../src/platform/own-files.ts';

export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Programs that pass a terminal on, where they are installed. */
const others = (agent: string): readonly (readonly [file: string, ...args: string[]])[] => [
  ['/usr/bin/script', '-qfc', agent, '/dev/null'],
  ['/usr/bin/unbuffer', '-p', agent],
  ['/usr/bin/asciinema', 'rec', '-q', '--overwrite', '-c', agent, '/dev/null'],
];

/** @param stateHome a throw-away folder for the guard's records */
export function contenders(agent: string, stateHome: string): readonly Contender[] {
  const guardEnv = { GUARDED_CLAUDE_COMMAND: agent, XDG_STATE_HOME: stateHome, XDG_CONFIG_HOME: stateHome };
  return [
    { name: 'direct', command: [agent], env: {} },
    { name: 'bare node-pty', command: [process.execPath, here('./bare.js'), agent], env: {} },
    ...others(agent).flatMap((command) =>
      existsSync(command[0]) ? { name: basename(command[0]), command, env: {} } : [],
    ),
    { name: 'guard', command: [process.execPath, launcher('guarded-claude')], env: guardEnv },
  ];
}
