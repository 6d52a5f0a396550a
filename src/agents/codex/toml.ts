/**
 * The few settings that we look for in `config.toml`: strings, one per line, under their dotted names. What is
 * written in another form of TOML (inline tables, multi-line strings) is passed over.
 */

const header = /^\s*\[([^[\]]+)\]\s*(?:#.*)?$/;
const assignment = /^\s*([\w.-]+|"[^"]+")\s*=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s#"'[{]+))\s*(?:#.*)?$/;

const plainKey = (key: string) =>
  key
    .replace(/["']/g, '')
    .replace(/\s*\.\s*/g, '.')
    .trim();

/** Names as `model_providers.mine.base_url`. */
export function readStrings(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let table = '';
  for (const line of text.split('\n')) {
    const [, name] = header.exec(line) ?? [];
    if (name !== undefined) table = `${plainKey(name)}.`;
    else {
      const [, key, basic, literal, word] = assignment.exec(line) ?? [];
      if (key !== undefined) found.set(table + plainKey(key), basic ?? literal ?? word ?? '');
    }
  }
  return found;
}
