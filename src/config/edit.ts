/**
 * Changes one setting in the text of a config file and leaves everything else alone: comments, order, blanks, unknown
 * settings. Pure.
 */
import type { EditResult } from 'jsonc-parser';
import { jsoncParser, parseJsonc } from './jsonc.ts';
import type { Leaf, Value } from './validate.ts';

/** Throws SyntaxError if the text is not JSON (comments allowed), or contains the setting twice. */
export function setInText(text: string, { section, name }: Leaf, value: Value): string {
  const before = text.trim() === '' ? '{}\n' : text;
  const root = parseJsonc(before);
  if (!isObject(root)) throw new SyntaxError('must hold one JSON object');
  const [path, json] = isObject(root[section]) ? [[section, name], value] : [[section], { [name]: value }];
  const { applyEdits } = jsoncParser();
  const after = applyEdits(before, edits(before, path, json));
  const changed = parseJsonc(after) as Record<string, Record<string, Value>>;
  if (changed[section]?.[name] !== value) throw new SyntaxError(`${section} or ${name} appears twice`);
  return after;
}

/** Formatted; unformatted if the formatter fails, as it does on a line that begins inside a comment. */
function edits(text: string, path: string[], json: unknown): EditResult {
  const { modify } = jsoncParser();
  try {
    return modify(text, path, json, { formattingOptions: { tabSize: 2, insertSpaces: true, eol: '\n' } });
  } catch {
    return modify(text, path, json, {});
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
