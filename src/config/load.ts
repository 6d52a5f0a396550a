/**
 * The configuration of a run: defaults < file < environment. No error is fatal: a bad value causes a one-line warning
 * (key, value, what is allowed), and the next weaker source is used, so that the agent always starts.
 */
import { readFileSync } from 'node:fs';
import { deadLink } from '../platform/links.ts';
import { configFile } from '../platform/paths.ts';
import { parseJsonc } from './jsonc.ts';
import { nearest } from './nearest.ts';
import { type Config, defaults, schema } from './schema.ts';
import { check, checkText, findLeaf, type Leaf, leaves, type Value, variablePrefix } from './validate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Origin = 'default' | 'file' | 'environment';

export interface LoadedConfig {
  readonly config: Config;
  /** One line each, for the person's terminal. */
  readonly warnings: readonly string[];
  /** Where each value comes from, by `section.key`. */
  readonly origin: Readonly<Record<string, Origin>>;
  readonly file: string;
}

/** Our variables that are not config keys. */
const otherVariables = [
  'GUARDED_CLAUDE',
  'GUARDED_CLAUDE_COMMAND',
  'GUARDED_CLAUDE_AGENT',
  'GUARDED_CLAUDE_RUN',
  'GUARDED_CLAUDE_GUARD',
  'GUARDED_CLAUDE_SPOOL',
  'GUARDED_CLAUDE_DEPTH',
];

export function loadConfig(env: Environment, file: string = configFile(env)): LoadedConfig {
  const warnings: string[] = [];
  const values = new Map<string, Value>(leaves.map((leaf) => [leaf.path, leaf.key.default]));
  const origin: Record<string, Origin> = Object.fromEntries(leaves.map((leaf) => [leaf.path, 'default']));

  const accept = (leaf: Leaf, value: Value, from: Origin) => {
    values.set(leaf.path, value);
    origin[leaf.path] = from;
  };
  const reject = (where: string, value: unknown, leaf: Leaf, allowed: string) =>
    warnings.push(`${where} = ${shown(value)}: must be ${allowed}; using ${shown(values.get(leaf.path))}`);

  for (const { leaf, value } of fromFile(file, warnings)) {
    const result = check(leaf.key, value);
    if (result.ok) accept(leaf, result.value, 'file');
    else reject(`${file}: ${leaf.path}`, value, leaf, result.allowed);
  }
  for (const { leaf, text } of fromEnvironment(env, warnings)) {
    const result = checkText(leaf.key, text);
    if (result.ok) accept(leaf, result.value, 'environment');
    else reject(leaf.variable, text, leaf, result.allowed);
  }
  return { config: assemble(values), warnings, origin, file };
}

function fromEnvironment(env: Environment, warnings: string[]) {
  const found: { leaf: Leaf; text: string }[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(variablePrefix) || otherVariables.includes(name) || text === undefined) continue;
    const leaf = leaves.find((candidate) => candidate.variable === name);
    if (leaf === undefined) {
      const known = [...otherVariables, ...leaves.map((candidate) => candidate.variable)];
      warnings.push(`${name} is not a setting${didYouMean(nearest(name, known))}`);
    } else if (text !== '' || leaf.key.default === null) {
      found.push({ leaf, text }); // an empty variable counts as unset, but an empty command or path means "none"
    }
  }
  return found;
}

function fromFile(file: string, warnings: string[]) {
  const found: { leaf: Leaf; value: unknown }[] = [];
  const root = readObject(file, warnings);
  for (const [section, content] of Object.entries(root)) {
    if (!Object.hasOwn(schema, section)) {
      warnings.push(
        `${file}: ${shown(section)} is not a section${didYouMean(nearestPath(section, Object.keys(schema)))}`,
      );
    } else if (!isObject(content)) {
      warnings.push(
        `${file}: ${section} = ${shown(content)}: must be an object of settings; its defaults are used`,
      );
    } else {
      for (const [name, value] of Object.entries(content)) {
        const leaf = leaves.find((candidate) => candidate.path === `${section}.${name}`);
        if (leaf !== undefined) found.push({ leaf, value });
        else
          warnings.push(
            `${file}: ${shown(`${section}.${name}`)} is not a setting${didYouMean(nearestPath(name))}`,
          );
      }
    }
  }
  return found;
}

function readObject(file: string, warnings: string[]): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const dead = code === 'ENOENT' ? deadLink(file) : null;
    if (dead !== null)
      warnings.push(`${dead.link}: is a link to nothing (${printable(dead.target)}); using the defaults`);
    else if (code !== 'ENOENT' && code !== 'ENOTDIR')
      warnings.push(`${file}: cannot be read (${code}); using the defaults`);
    return {};
  }
  if (text.trim() === '') return {};
  try {
    const root = parseJsonc(text);
    if (isObject(root)) return root;
    warnings.push(`${file}: must hold one JSON object; using the defaults`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    warnings.push(`${file}: is not valid JSON (${printable(reason)}); using the defaults`);
  }
  return {};
}

/** The path of the setting that a mistyped or misplaced name most likely means. */
function nearestPath(name: string, more: readonly string[] = []): string | null {
  const guess = nearest(name, [...more, ...leaves.map((leaf) => leaf.name)]);
  return guess === null ? null : (findLeaf(guess)?.path ?? guess);
}

const didYouMean = (guess: string | null) => (guess === null ? '' : `; did you mean ${guess}?`);

function assemble(values: ReadonlyMap<string, Value>): Config {
  const sections = Object.keys(defaults).map((section) => [
    section,
    Object.fromEntries(
      leaves.filter((leaf) => leaf.section === section).map((leaf) => [leaf.name, values.get(leaf.path)]),
    ),
  ]);
  // Built from the same table as the type, and every value has passed its validator.
  return Object.fromEntries(sections) as Config;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value in a warning: one line, no control characters, truncated. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return printable(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}
