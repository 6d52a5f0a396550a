/** Arguments of a guardctl command: options without values, and words. */
import { parseArgs } from 'node:util';
import { nearest } from '../config/nearest.ts';

/** Its message is shown to the person as is; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Compares the name, because each of our bundles has a class of its own. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'UsageError';

export interface Parsed<Option extends string> {
  readonly words: readonly string[];
  /** Which of the options were given. */
  readonly options: Readonly<Record<Option, boolean>>;
}

/** A number, not an option. */
const negative = /^-\d/;
/** Marks a negative number, so that it is not parsed as an option. No argument can contain this character. */
const marked = '\0';

/** Throws UsageError for an unknown option or too many words. */
export function parse<const Option extends string>(
  args: readonly string[],
  options: readonly Option[],
  maxWords: number,
): Parsed<Option> {
  const { positionals, tokens } = parseArgs({
    args: args.map((arg) => (negative.test(arg) ? `${marked}${arg}` : arg)),
    options: Object.fromEntries(options.map((name) => [name, { type: 'boolean' as const }])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given: Partial<Record<string, boolean>> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    if (!options.some((name) => name === token.name)) throw unknown(token.rawName, options);
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
    given[token.name] = true;
  }
  const words = positionals.map((word) => (word.startsWith(marked) ? word.slice(marked.length) : word));
  const extra = words[maxWords];
  if (extra !== undefined) throw new UsageError(`${JSON.stringify(extra)} is an unexpected argument`);
  const values = Object.fromEntries(options.map((name) => [name, given[name] === true]));
  return { words, options: values as Record<Option, boolean> };
}

function unknown(rawName: string, options: readonly string[]): UsageError {
  const guess = nearest(
    rawName,
    options.map((name) => `--${name}`),
  );
  return new UsageError(`unknown option ${rawName}${guess === null ? '' : `; did you mean ${guess}?`}`);
}
