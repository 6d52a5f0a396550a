/**
 * Checks one value against one row of the schema table, so that there is no second list of keys. Pure; used for the
 * file, the environment and `guardctl config set`.
 */
import { type Key, schema } from './schema.ts';
import { readSwitch, switchWords } from './switch.ts';

export type Value = boolean | number | string | null;
export type Checked =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly allowed: string };

export interface Leaf {
  readonly section: string;
  readonly name: string;
  /** `section.name` as people write it. */
  readonly path: string;
  /** `GUARDED_CLAUDE_<NAME>` */
  readonly variable: string;
  readonly key: Key;
}

export const variablePrefix = 'GUARDED_CLAUDE_';

/** Every key of the table, in its order. */
export const leaves: readonly Leaf[] = Object.entries(schema).flatMap(([section, keys]) =>
  Object.entries(keys).map(([name, key]: [string, Key]) => ({
    section,
    name,
    path: `${section}.${name}`,
    variable: variablePrefix + name.toUpperCase(),
    key,
  })),
);

/** A key by its leaf name or by its path. */
export function findLeaf(word: string): Leaf | null {
  return leaves.find((leaf) => leaf.name === word || leaf.path === word) ?? null;
}

/** What a key accepts, in words: as typed in a shell (`textual`), or as written in JSON. */
function allowed(key: Key, textual: boolean): string {
  switch (key.kind) {
    case 'switch':
      return textual ? switchWords : 'true or false';
    case 'number':
      return `a whole number from ${key.min} to ${key.max}${key.unit === 'ms' ? ' (milliseconds)' : ''}`;
    case 'choice':
      return textual ? key.choices.join(', ') : key.choices.map((word) => `"${word}"`).join(', ');
    case 'command':
      return textual ? 'a shell command' : 'a shell command in quotes, or null';
    case 'path':
      return textual ? 'an absolute path' : 'an absolute path in quotes, or null';
  }
}

/** Checks a value as typed in a shell: `off`, `5000`, `full`. */
export function checkText(key: Key, text: string): Checked {
  const trimmed = text.trim();
  switch (key.kind) {
    case 'switch': {
      const value = readSwitch(text);
      return value === null ? bad(key, true) : good(value);
    }
    case 'number':
      return /^\d{1,12}$/.test(trimmed) ? check(key, Number(trimmed), true) : bad(key, true);
    case 'choice':
      return check(key, trimmed.toLowerCase(), true);
    case 'command':
      return good(trimmed === '' || trimmed === 'null' ? null : text);
    case 'path':
      return check(key, trimmed === '' || trimmed === 'null' ? null : trimmed, true);
  }
}

/** Checks a value from the file, already parsed. */
export function check(key: Key, value: unknown, textual = false): Checked {
  switch (key.kind) {
    case 'switch':
      return typeof value === 'boolean' ? good(value) : bad(key, textual);
    case 'number': {
      const fits =
        typeof value === 'number' && Number.isInteger(value) && value >= key.min && value <= key.max;
      return fits ? good(value) : bad(key, textual);
    }
    case 'choice':
      return typeof value === 'string' && key.choices.includes(value) ? good(value) : bad(key, textual);
    case 'command':
      if (value === null) return good(null);
      return typeof value === 'string' && value.trim() !== '' ? good(value) : bad(key, textual);
    case 'path':
      if (value === null) return good(null);
      return typeof value === 'string' && value.startsWith('/') ? good(value) : bad(key, textual);
  }
}

const good = (value: Value): Checked => ({ ok: true, value });
const bad = (key: Key, textual: boolean): Checked => ({ ok: false, allowed: allowed(key, textual) });
