/**
 * The configuration of a run: defaults < file < environment. No error is fatal: a bad value causes a one-line warning
 * (key, value, what is allowed), and the next weaker source is used, so that the agent always starts.
 */
import { deadLink } from '../platform/links.ts';
import { configFile } from '../platform/paths.ts';
import { readSmallFile } from '../platform/small-file.ts';
import { parseJsonc } from './jsonc.ts';
import { nearest } from './nearest.ts';
import { type Config, defaults, schema } from './schema.ts';
import { readSwitch, switchWords } from './switch.ts';
import { check, checkText, findLeaf, type Leaf, leaves, type Value, variablePrefix } from './validate.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Origin = 'default' | 'file' | 'environment';

/** Something in the configuration that is not used. What can be done about it depends on where it stands. */
export interface Flaw {
  /** `name`: an unknown or misplaced name in the file. `file`: all of it. */
  readonly source: 'variable' | 'value' | 'name' | 'file';
  /** The variable, the path of the setting, the name, the file. */
  readonly at: string;
  /** One line. */
  readonly text: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly flaws: readonly Flaw[];
  /** Their texts, for the person's terminal. */
  readonly warnings: readonly string[];
  /** Where each value comes from, by `section.key`. */
  readonly origin: Readonly<Record<string, Origin>>;
  readonly file: string;
}

/** Variables after the prefix that are not config keys: what people set, and what the guard sets. */
const peoplesOwn = ['COMMAND', 'AGENT'];
const guardsOwn = ['RUN', 'GUARD', 'SPOOL', 'DEPTH'];

export function loadConfig(env: Environment, file: string = configFile(env)): LoadedConfig {
  const flaws: Flaw[] = [];
  const values = new Map<string, Value>(leaves.map((leaf) => [leaf.path, leaf.key.default]));
  const origin: Record<string, Origin> = Object.fromEntries(leaves.map((leaf) => [leaf.path, 'default']));

  const accept = (leaf: Leaf, value: Value, from: Origin) => {
    values.set(leaf.path, value);
    origin[leaf.path] = from;
  };
  const rejected = (where: string, value: unknown, leaf: Leaf, allowed: string) =>
    `${where} = ${shown(value)}: must be ${allowed}; using ${shown(values.get(leaf.path))}`;

  for (const { leaf, value } of fromFile(file, flaws)) {
    const result = check(leaf.key, value);
    if (result.ok) accept(leaf, result.value, 'file');
    else {
      const text = rejected(`${file}: ${leaf.path}`, value, leaf, result.allowed);
      flaws.push({ source: 'value', at: leaf.path, text });
    }
  }
  for (const { leaf, text } of fromEnvironment(env, flaws)) {
    const result = checkText(leaf.key, text);
    if (result.ok) accept(leaf, result.value, 'environment');
    else {
      const { variable } = leaf;
      flaws.push({ source: 'variable', at: variable, text: rejected(variable, text, leaf, result.allowed) });
    }
  }
  return { config: assemble(values), flaws, warnings: flaws.map((flaw) => flaw.text), origin, file };
}

function fromEnvironment(env: Environment, flaws: Flaw[]) {
  const found: { leaf: Leaf; text: string }[] = [];
  const { GUARDED_CLAUDE: whole = '' } = env;
  if (whole.trim() !== '' && readSwitch(whole) === null) {
    const told = `GUARDED_CLAUDE = ${shown(whole)}: must be ${switchWords}; using on`;
    flaws.push({ source: 'variable', at: 'GUARDED_CLAUDE', text: told });
  }
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(variablePrefix) || text === undefined) continue;
    const rest = name.slice(variablePrefix.length);
    if (peoplesOwn.includes(rest) || guardsOwn.includes(rest)) continue;
    const leaf = leaves.find((candidate) => candidate.variable === name);
    if (leaf === undefined) {
      // The prefix, which is right, must not count as likeness.
      const guess = nearest(rest, [
        ...peoplesOwn,
        ...leaves.map((candidate) => candidate.name.toUpperCase()),
      ]);
      const told = `${name} is not a setting${didYouMean(guess === null ? null : variablePrefix + guess)}`;
      flaws.push({ source: 'variable', at: name, text: told });
    } else if (text !== '' || leaf.key.default === null) {
      found.push({ leaf, text }); // an empty variable counts as unset, but an empty command or path means "none"
    }
  }
  return found;
}

function fromFile(file: string, flaws: Flaw[]) {
  const found: { leaf: Leaf; value: unknown }[] = [];
  const misnamed = (at: string, what: string) => flaws.push({ source: 'name', at, text: `${file}: ${what}` });
  for (const [section, content] of Object.entries(readObject(file, flaws))) {
    if (!Object.hasOwn(schema, section)) {
      const guess = didYouMean(nearestPath(section, Object.keys(schema)));
      misnamed(section, `${shown(section)} is not a section${guess}`);
    } else if (!isObject(content)) {
      const must = 'must be an object of settings; its defaults are used';
      misnamed(section, `${section} = ${shown(content)}: ${must}`);
    } else {
      for (const [name, value] of Object.entries(content)) {
        const path = `${section}.${name}`;
        const leaf = leaves.find((candidate) => candidate.path === path);
        if (leaf !== undefined) found.push({ leaf, value });
        else misnamed(path, `${shown(path)} is not a setting${didYouMean(nearestPath(name))}`);
      }
    }
  }
  return found;
}

function readObject(file: string, flaws: Flaw[]): Record<string, unknown> {
  const useless = (what: string, where = file) => {
    flaws.push({ source: 'file', at: file, text: `${where}: ${what}; using the defaults` });
    return {};
  };
  let text: string;
  try {
    text = readSmallFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const dead = code === 'ENOENT' ? deadLink(file) : null;
    if (dead !== null) return useless(`is a link to nothing (${printable(dead.target)})`, dead.link);
    return code === 'ENOENT' ? {} : useless(`cannot be read (${code})`);
  }
  if (text.trim() === '') return {};
  try {
    const root = parseJsonc(text);
    return isObject(root) ? root : useless('must hold one JSON object');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return useless(`is not valid JSON (${printable(reason)})`);
  }
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
