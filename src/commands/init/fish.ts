/** The lines for fish: a function instead of an alias, and completion for guardctl. Pure. */
import type { Command } from '../command.ts';
import { type Programs, tmuxLines } from './posix.ts';

export function fish(commands: readonly Command[], { guard, companion }: Programs): string {
  const completions = commands.flatMap(({ name, help, options, words }) => [
    `complete -c guardctl -n __fish_use_subcommand -a ${name} -d ${quote(help)}`,
    ...options.map((option) => `complete -c guardctl -n ${seen(name)} -l ${option.slice(2)}`),
    ...words.map((word) => {
      const list = typeof word === 'string' ? `(${companion} words ${word} 2>/dev/null)` : word.join(' ');
      return `complete -c guardctl -n ${seen(name)} -a ${quote(list)}`;
    }),
  ]);
  return [
    // In fish, an alias is a function made from a text, which the "alias" listing prints.
    'set -l __guarded_words (alias | string match -rg "^alias claude \'?(.*?)\'?\\$")',
    'if string match -qr "^claude( |\\$)" -- "$__guarded_words"',
    '    set -l __guarded_rest (string replace -r "^claude ?" "" -- "$__guarded_words")',
    `    eval "function claude; ${guard} $__guarded_rest \\$argv; end"`,
    'else if not functions -q claude',
    `    function claude --wraps claude; ${guard} $argv; end`,
    'end',
    'complete -c guardctl -f',
    ...completions,
    ...tmuxLines(companion),
    '',
  ].join('\n');
}

const seen = (name: string) => quote(`__fish_seen_subcommand_from ${name}`);
const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;
