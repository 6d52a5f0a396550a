/** The strings in Codex's settings, under names such as `model_providers.mine.base_url`. */
import { createRequire } from 'node:module';
import type { TomlTable } from 'smol-toml';

/** The strings in a `config.toml`; none if it is not valid TOML, because Codex itself then refuses to start. */
export function readStrings(text: string): ReadonlyMap<string, string> {
  return parse(text) ?? new Map();
}

/** The strings in a `-c name=value`. The value is TOML, or else a word. */
export function readOverride(text: string): ReadonlyMap<string, string> {
  const [name = '', ...value] = text.split('=');
  return parse(text) ?? new Map([[name.trim(), value.join('=').trim()]]);
}

/** Null if the text is not valid TOML. The parser is loaded only if there is something to read. */
function parse(text: string): ReadonlyMap<string, string> | null {
  if (text.trim() === '') return new Map();
  const toml: typeof import('smol-toml') = createRequire(import.meta.url)('smol-toml');
  try {
    return new Map(stringsOf(toml.parse(text), ''));
  } catch (error) {
    if (error instanceof toml.TomlError) return null;
    throw error;
  }
}

const stringsOf = (table: TomlTable, prefix: string): [string, string][] =>
  Object.entries(table).flatMap(([key, value]): [string, string][] => {
    if (typeof value === 'string') return [[prefix + key, value]];
    const isTable = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
    return isTable ? stringsOf(value, `${prefix}${key}.`) : [];
  });
