import { isUtf8 } from 'node:buffer';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setInText } from '../config/edit.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { nearest } from '../config/nearest.ts';
import type { Config } from '../config/schema.ts';
import { checkText, findLeaf, type Leaf, leaves, type Value } from '../config/validate.ts';
import { replaceFileSync } from '../platform/atomic-file.ts';
import { followLinks } from '../platform/links.ts';
import { configFile } from '../platform/paths.ts';
import { parse, UsageError } from './arguments.ts';
import { columns } from './columns.ts';
import { print, printJson, style } from './output.ts';

/** `guardctl config [get KEY | set KEY VALUE | path]`. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['json'], 3);
  const [action, key, value] = words;
  switch (action) {
    case undefined:
      return await list(options.json);
    case 'path':
      expectWords(words, 1);
      print(configFile(process.env));
      return 0;
    case 'get':
      expectWords(words, 2);
      return get(leafNamed(key), options.json);
    case 'set':
      expectWords(words, 3);
      return set(leafNamed(key), value ?? '');
    default:
      throw new UsageError(`${JSON.stringify(action)} is neither get, set nor path`);
  }
}

function expectWords(words: readonly string[], count: number): void {
  if (words.length !== count)
    throw new UsageError(words.length < count ? 'an argument is missing' : 'too many arguments');
}

function leafNamed(word = ''): Leaf {
  const leaf = findLeaf(word);
  if (leaf !== null) return leaf;
  const guess = nearest(
    word,
    leaves.flatMap(({ name, path }) => [name, path]),
  );
  throw new UsageError(
    `${JSON.stringify(word)} is not a setting${guess === null ? '' : `; did you mean ${guess}?`}`,
  );
}

function load(): LoadedConfig {
  const loaded = loadConfig(process.env);
  for (const warning of loaded.warnings) process.stderr.write(`guardctl config: ${warning}\n`);
  return loaded;
}

function settingOf(config: Config, { section, name }: Leaf): Value {
  const sections: Readonly<Record<string, Readonly<Record<string, Value>>>> = config;
  return sections[section]?.[name] ?? null;
}

async function list(json: boolean): Promise<number> {
  const { config, origin } = load();
  const all = leaves.map((leaf) => ({
    key: leaf.path,
    value: settingOf(config, leaf),
    origin: origin[leaf.path] ?? 'default',
    default: leaf.key.default,
    help: leaf.key.help,
  }));
  if (json) printJson(all);
  else {
    const rows = all.map((each) => [each.key, String(each.value), each.origin, each.help]);
    print(await columns(['KEY', 'VALUE', 'FROM', 'MEANING'], rows, style()));
  }
  return 0;
}

function get(leaf: Leaf, json: boolean): number {
  const value = settingOf(load().config, leaf);
  if (json) printJson(value);
  else print(String(value));
  return 0;
}

/** Changes the file. A symbolic link (people keep their configuration elsewhere) stays a link. */
function set(leaf: Leaf, text: string): number {
  const checked = checkText(leaf.key, text);
  if (!checked.ok) throw new UsageError(`${leaf.path} must be ${checked.allowed}`);
  const { path, content, mode } = target(configFile(process.env));
  let changed: string;
  try {
    changed = setInText(content, leaf, checked.value);
  } catch (error) {
    throw new Error(
      `${path} is not valid JSON; fix it first (${error instanceof Error ? error.message : String(error)})`,
    );
  }
  replaceFileSync(path, changed, { durable: true, mode });
  if ((process.env[leaf.variable] ?? '') !== '') {
    process.stderr.write(
      `guardctl config: ${leaf.variable} is set in this environment and takes precedence\n`,
    );
  }
  return 0;
}

function target(file: string): { path: string; content: string; mode: number } {
  const path = followLinks(file);
  try {
    const bytes = readFileSync(path);
    // Decoded and written back, other bytes would be lost.
    if (!isUtf8(bytes)) throw new Error(`${path} is not UTF-8; fix it first`);
    return { path, content: bytes.toString(), mode: statSync(path).mode & 0o777 };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EISDIR') throw new Error(`${path} is a folder; the settings must be in a file`);
    if (code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return { path, content: '', mode: 0o600 };
  }
}
