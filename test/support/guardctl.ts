/** Runs the real `guardctl` in a home of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { temporaryFolder } from './folder.ts';

export const launcher = join(import.meta.dirname, '../../bin/guardctl.js');

export interface Home {
  readonly folder: string;
  /** `$XDG_STATE_HOME/guarded-claude` */
  readonly state: string;
  readonly env: Readonly<Record<string, string>>;
  run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Standard output of a run that must succeed, as JSON. */
  json(...args: string[]): Promise<unknown>;
}

/** An isolated home; `env` is added to an environment built from nothing. */
export function makeHome(env: Readonly<Record<string, string>> = {}): Home {
  const folder = temporaryFolder();
  const all = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    TZ: 'UTC',
    ...env,
  };
  const run: Home['run'] = async (...args) => {
    const child = spawn(process.execPath, [launcher, ...args], {
      env: all,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { code: Number(code), stdout, stderr };
  };
  return {
    folder,
    state: join(folder, '.local/state/guarded-claude'),
    env: all,
    run,
    async json(...args) {
      const { code, stdout, stderr } = await run(...args);
      if (code !== 0) throw new Error(`guardctl ${args.join(' ')}: exit ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
  };
}
