/**
 * Finds the agent, and not ourselves. `claude` on PATH may be a link to us, or a wrapper script that calls us (some
 * people set up aliases this way). A guard that ran it would start itself for ever.
 */
import { realpathSync } from 'node:fs';
import { basename, delimiter, join, resolve } from 'node:path';
import { judgeFile, readHead, type Unfit } from './executable-file.ts';
import { isHandedOver, loopsBack } from './hand-over.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type Found =
  | { readonly ok: true; readonly path: string }
  /** `code` is a shell's exit code: 127 not found, 126 found but not executable. */
  | { readonly ok: false; readonly code: 126 | 127; readonly message: string };

/** The agent's executable: `GUARDED_CLAUDE_COMMAND` (a path or a name), else the first of `names` on PATH. */
export function findAgent(names: readonly string[], env: Environment): Found {
  const wanted = env.GUARDED_CLAUDE_COMMAND;
  if (wanted === undefined || wanted === '') return search(names, env);
  if (!wanted.includes('/')) return search([wanted], env, ' (named by GUARDED_CLAUDE_COMMAND)');
  const path = resolve(wanted);
  const problem = judge(path, env);
  if (problem === null) return { ok: true, path };
  const code = problem.kind === 'missing' || problem.kind === 'folder' ? 127 : 126;
  return failure(code, `GUARDED_CLAUDE_COMMAND=${wanted}: ${problem.text}`);
}

function search(names: readonly string[], env: Environment, note = ''): Found {
  const folders = (env.PATH ?? '').split(delimiter);
  const unusable: string[] = [];
  let isOnlyUs = true;
  for (const name of names) {
    for (const folder of folders) {
      const path = resolve(join(folder === '' ? '.' : folder, name)); // an empty entry of PATH means the current folder
      const problem = judge(path, env);
      if (problem === null) return { ok: true, path };
      // Skips a folder of that name, as a shell does.
      if (problem.kind === 'missing' || problem.kind === 'folder') continue;
      unusable.push(`${path}: ${problem.text}`);
      isOnlyUs &&= problem.kind === 'self';
    }
  }
  const list = names.join(' or ');
  const seen = unusable.join('; ');
  if (!isOnlyUs) return failure(126, `no usable ${list}${note}: ${seen}`);
  const but = seen === '' ? '' : ` (${seen})`;
  return failure(
    127,
    `${list} was not found on PATH${note}${but}; install it, or set GUARDED_CLAUDE_COMMAND to its path`,
  );
}

const failure = (code: 126 | 127, message: string): Found => ({ ok: false, code, message });

interface Problem {
  readonly kind: Unfit['kind'] | 'self' | 'back';
  readonly text: string;
}

/** Null: as far as we can tell, it is the agent. */
export function judge(path: string, env: Environment): Problem | null {
  const unfit = judgeFile(path);
  if (unfit !== null) return unfit;
  if (isSelf(path)) return { kind: 'self', text: 'that is guarded-claude itself' };
  if (!isHandedOver(env) || !loopsBack(path, env)) return null;
  return { kind: 'back', text: 'leads back to guarded-claude' };
}

/** Compares the name, not the folder, because another installation of the guard counts as well. */
const ownNames: readonly string[] = ['guarded-claude', 'guarded-claude.js'];
/**
 * `guarded-claude` as a word of a script: a command or the end of a path, not a folder on the way to something else.
 */
const ownCall = /(^|[\s"'`/=;&|(])guarded-claude(\.js)?(?=$|[\s"'`;&|)])/;

function isSelf(path: string): boolean {
  const real = realpathSync(path);
  return ownNames.includes(basename(path)) || ownNames.includes(basename(real)) || callsUs(real);
}

/** Whether a small script names us in its commands (not its comments). Compiled and large files are not searched. */
function callsUs(path: string): boolean {
  const head = readHead(path, 4096);
  // Asked first, because it is quick, and hardly any script names us.
  if (!head.startsWith('#!') || !head.includes('guarded-claude')) return false;
  return head.split('\n').some((line) => !/^\s*(#|\/\/)/.test(line) && ownCall.test(line));
}
