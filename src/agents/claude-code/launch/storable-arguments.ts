/**
 * The part of a command line that may be kept on disk. A prompt, a system prompt or inline settings may be private, so
 * a flag's value is kept only if it is known to be harmless: a name, a mode, a rule, a path.
 */
import { type FlagUse, splitWords, type Word } from './arguments.ts';

const harmless: ReadonlySet<string> = new Set([
  '--resume',
  '--permission-mode',
  '--setting-sources',
  '--worktree',
  '--debug',
  '--debug-file',
  '--thinking',
  '--thinking-display',
  '--max-thinking-tokens',
  '--max-turns',
  '--max-budget-usd',
  '--allowedTools',
  '--tools',
  '--disallowedTools',
  '--system-prompt-file',
  '--append-system-prompt-file',
  '--append-subagent-system-prompt-file',
  '--model',
  '--effort',
  '--fast-mode',
  '--agent',
  '--betas',
  '--fallback-model',
  '--add-dir',
  '--project-config-root',
  '--plugin-dir',
  '--plugin-dir-no-mcp',
  '--advisor',
  '--autocompact',
  '--teammate-mode',
  '--permission-prompts',
]);

/** Harmless if the value is a file name, but these flags also take the content itself. */
const fileOrContent: ReadonlySet<string> = new Set(['--settings', '--mcp-config', '--agents']);

export interface Storable {
  readonly args: readonly string[];
  /** Names of the flags that were left out with their values; `text` for a text. */
  readonly left: readonly string[];
}

export function storableArguments(args: readonly string[]): Storable {
  const words = splitWords(args);
  const kept = words.filter(isStorable);
  const left = words.filter((word) => !kept.includes(word)).map(({ raw }) => nameOf(raw[0] ?? ''));
  return { args: kept.flatMap(({ raw }) => raw), left };
}

function isStorable({ kind, raw, uses }: Word): boolean {
  if (kind === 'flag') return uses.every((use) => use.value === null || isHarmless(use, raw));
  return kind === 'unknown' && raw.length === 1 && !raw[0]?.includes('=');
}

function isHarmless({ flag }: FlagUse, raw: readonly string[]): boolean {
  const is = (names: ReadonlySet<string>) => flag.names.some((name) => names.has(name));
  return is(harmless) || (is(fileOrContent) && !raw.some((text) => /[{\n]/.test(text)));
}

const nameOf = (word: string) => (word.startsWith('-') ? (word.split('=', 1)[0] ?? word) : 'text');
