/**
 * The wrapper form, in which editors and SDK hosts call us: `guarded-claude /abs/claude args…`, or `/abs/node
 * /abs/cli.js args…`. What exists on disk decides, because a prompt may begin with a slash, too: `/review`, or the path
 * of an image.
 */
import { statSync } from 'node:fs';
import { basename, dirname, isAbsolute } from 'node:path';
import { judgeFile } from './executable-file.ts';

export type WrapperForm =
  /** `named`: the words that name the agent, first its executable. */
  | { readonly ok: true; readonly named: readonly string[]; readonly args: readonly string[] }
  | { readonly ok: false; readonly code: 126 | 127; readonly message: string };

const interpreter = /^(node|nodejs|bun|deno)(-?[\d.]+)?$/;
/** Flags of node that are followed by a value. */
const withValue: ReadonlySet<string> = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
]);

/**
 * Null: the arguments are the agent's own.
 * @param names names of the agent; a path that ends in one of them means the agent, whether it exists or not
 */
export function readWrapperForm(args: readonly string[], names: readonly string[]): WrapperForm | null {
  const [file = ''] = args;
  if (!isAbsolute(file)) return null;
  const state = judgeFile(file);
  if (state === null && interpreter.test(basename(file))) return withScript(args);
  if (state === null) return { ok: true, named: [file], args: args.slice(1) };
  const isMeant = dirname(file) !== '/' && [...names, 'cli.js'].includes(basename(file));
  if (!isMeant || state.kind === 'folder') return null;
  return { ok: false, code: state.kind === 'missing' ? 127 : 126, message: `${file}: ${state.text}` };
}

function withScript(args: readonly string[]): WrapperForm | null {
  let at = 1;
  while (args[at]?.startsWith('-')) at += withValue.has(args[at] ?? '') ? 2 : 1;
  const script = args[at];
  if (script === undefined) return null;
  if (statSync(script, { throwIfNoEntry: false })?.isFile()) {
    return { ok: true, named: args.slice(0, at + 1), args: args.slice(at + 1) };
  }
  return isAbsolute(script) ? { ok: false, code: 127, message: `${script}: no such file` } : null;
}
