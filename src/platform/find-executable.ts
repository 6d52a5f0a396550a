/**
 * Finds the agent without finding ourselves. `claude` on PATH may be a link to us, or a wrapper script that calls us
 * (people alias that way); running it would be a guard that starts itself for ever.
 */
import { accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

export type Found =
  | { readonly ok: true; readonly path: string }
  /** `code` is what a shell exits with: 127 not found, 126 found but not executable. */
  | { readonly ok: false; readonly code: 126 | 127; readonly message: string };

/** The agent's executable: `GUARDED_CLAUDE_COMMAND` (a path or a name), else the first of `names` on PATH. */
export function findAgent(names: readonly string[], env: Environment): Found {
  const wanted = env.GUARDED_CLAUDE_COMMAND;
  if (wanted === undefined || wanted === '') return search(names, env);
  if (!wanted.includes('/')) return search([wanted], env, ' (named by GUARDED_CLAUDE_COMMAND)');
  const path = resolve(wanted);
  const problem = judge(path);
  if (problem === null) return { ok: true, path };
  const said = `GUARDED_CLAUDE_COMMAND=${wanted}`;
  if (problem === 'missing') return failure(127, `${said}: no such file`);
  return failure(
    126,
    `${said}: ${problem === 'self' ? 'that is guarded-claude itself' : 'not an executable file'}`,
  );
}

function search(names: readonly string[], env: Environment, note = ''): Found {
  const folders = (env.PATH ?? '').split(delimiter);
  const unusable: string[] = [];
  for (const name of names) {
    for (const folder of folders) {
      const path = resolve(join(folder === '' ? '.' : folder, name)); // an empty entry of PATH is the current folder
      const problem = judge(path);
      if (problem === null) return { ok: true, path };
      if (problem === 'blocked') unusable.push(path);
    }
  }
  const list = names.join(' or ');
  const first = unusable[0];
  if (first !== undefined) return failure(126, `${first} is not executable${note}`);
  return failure(
    127,
    `${list} was not found on PATH${note}; install it, or set GUARDED_CLAUDE_COMMAND to its path`,
  );
}

const failure = (code: 126 | 127, message: string): Found => ({ ok: false, code, message });

function judge(path: string): null | 'missing' | 'blocked' | 'self' {
  try {
    if (!statSync(path).isFile()) return 'missing'; // a folder of that name is passed over, as a shell does
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES' ? 'blocked' : 'missing';
  }
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return 'blocked';
  }
  return isSelf(path) ? 'self' : null;
}

/** Another installation of the guard counts, too: hence the name, not the folder. */
const ownName = /^guarded-claude(\.js)?$/;
/** `guarded-claude` as a word of a script: a command or the end of a path, not a folder on the way to something else. */
const ownCall = /(^|[\s"'`/=;&|(])guarded-claude(\.js)?(?=$|[\s"'`;&|)])/;

function isSelf(path: string): boolean {
  const real = realpathSync(path);
  return ownName.test(basename(path)) || ownName.test(basename(real)) || callsUs(real);
}

/** A small script whose commands (not its comments) name us. Compiled and big files are not looked into. */
function callsUs(path: string): boolean {
  const head = readHead(path, 4096);
  if (!head.startsWith('#!')) return false;
  return head.split('\n').some((line) => !/^\s*(#|\/\/)/.test(line) && ownCall.test(line));
}

function readHead(path: string, bytes: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return ''; // executable, not readable: a binary of somebody else's
  }
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, bytes, 0));
  } finally {
    closeSync(descriptor);
  }
}
