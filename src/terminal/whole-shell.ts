/**
 * A shell that hands its whole environment on. Some (dash) drop every variable whose name they could not have given it
 * themselves: functions that bash exports, names with dots or slashes. Arguments could carry these, but anybody may
 * read those of a process, and such a variable may hold a key (`npm_config_//host/:_authToken`).
 */
import { spawnSync } from 'node:child_process';

/** `-p`: exported functions are variables like any others. `--norc`: bash may take a socket for a login from afar. */
const shells: readonly (readonly string[])[] = [
  ['/bin/sh'],
  ...['/bin/bash', '/usr/local/bin/bash'].map((file) => [file, '--norc', '-p']),
];

/** One of each kind; the function as bash itself writes it. */
const samples = { 'a.b': '1', 'BASH_FUNC_a%%': '() {  :\n}' };

/** The shell and its flags. Throws if there is none that keeps all of these variables. */
export function wholeShell(env: NodeJS.ProcessEnv): readonly string[] {
  const isPlain = Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name));
  const found = shells.find((shell) => isPlain || keepsAll(shell));
  if (found === undefined) throw new Error('no shell here keeps variables with names like a.b');
  return found;
}

function keepsAll([file = '', ...flags]: readonly string[]): boolean {
  const { stdout } = spawnSync(file, [...flags, '-c', 'exec /usr/bin/env'], { env: samples });
  return Object.entries(samples).every(([name, value]) => String(stdout).includes(`${name}=${value}\n`));
}
