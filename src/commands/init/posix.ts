/** The lines for bash and zsh: the alias, and completion for guardctl. Pure. */
import { shellWord } from '../../platform/shell-words.ts';
import type { Command, Words } from '../command.ts';

export interface Programs {
  /** Command words as typed in a shell. */
  readonly guard: string;
  readonly companion: string;
}

export const tmuxLines = (companion: string): readonly string[] => [
  '# For tmux, put this into ~/.tmux.conf:',
  `#   set -g status-right '#(${companion} status --tmux) %H:%M'`,
  '#   set -g set-titles on',
  "#   set -g pane-border-format '#{@guarded}'",
];

/**
 * Makes `claude` start the guard. An alias of the person's keeps its variables and options, and one that points to
 * another executable is guarded, too. A function of theirs is left alone, and so is an alias that starts the guard:
 * the lines may be read twice.
 */
function aliasLines(guard: string, readAlias: readonly string[], isFunction: string): readonly string[] {
  return [
    '__guarded_words=',
    ...readAlias,
    '__guarded_set=',
    'while :; do',
    '  __guarded_words="${__guarded_words#"${__guarded_words%%[! ]*}"}"',
    '  __guarded_first="${__guarded_words%% *}"',
    '  case "${__guarded_first%%=*}" in "$__guarded_first" | "" | [0-9]* | *[!A-Za-z0-9_]*) break ;; esac',
    '  __guarded_set="$__guarded_set$__guarded_first "',
    '  __guarded_words="${__guarded_words#"$__guarded_first"}"',
    'done',
    `if ! ${isFunction}; then`,
    '  case "$__guarded_set$__guarded_first" in',
    `    '') alias claude=${shellWord(guard)} ;;`,
    `    "\${__guarded_set}claude") alias claude="$__guarded_set"${shellWord(guard)}"\${__guarded_words#claude}" ;;`,
    `    "$__guarded_set"*/claude) alias claude="\${__guarded_set}GUARDED_CLAUDE_COMMAND=$__guarded_first "${shellWord(guard)}"\${__guarded_words#"$__guarded_first"}" ;;`,
    '  esac',
    'fi',
    'unset __guarded_words __guarded_first __guarded_set',
  ];
}

export function bash(commands: readonly Command[], { guard, companion }: Programs): string {
  const read = [
    // bash 3.2 has no BASH_ALIASES. The listing is a quoted assignment, so it is evaluated.
    'if alias claude >/dev/null 2>&1; then',
    '  __guarded_words=$(alias claude)',
    '  eval "__guarded_words=${__guarded_words#alias claude=}"',
    'fi',
  ];
  return [
    ...aliasLines(guard, read, 'declare -F claude >/dev/null'),
    '_guardctl() {',
    '  local words= current=${COMP_WORDS[COMP_CWORD]}',
    `  if [ "$COMP_CWORD" = 1 ]; then words=${shellWord([...commands.map(({ name }) => name), 'help'].join(' '))}`,
    '  else case ${COMP_WORDS[1]}/$COMP_CWORD in',
    ...cases(commands, companion),
    '  esac; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -F _guardctl guardctl',
    ...tmuxLines(companion),
    '',
  ].join('\n');
}

export function zsh(commands: readonly Command[], { guard, companion }: Programs): string {
  const descriptions = commands.map(
    ({ name, help }) => `    ${shellWord(`${name}:${help.replaceAll(':', '\\:')}`)}`,
  );
  return [
    ...aliasLines(guard, ['__guarded_words=${aliases[claude]-}'], '(( ${+functions[claude]} ))'),
    '_guardctl() {',
    '  local words_=',
    '  local -a commands_=(',
    ...descriptions,
    '  )',
    '  if (( CURRENT == 2 )); then _describe command commands_; return; fi',
    '  case ${words[2]}/$((CURRENT - 1)) in',
    ...cases(commands, companion).map((line) => line.replace('words=', 'words_=')),
    '  esac',
    '  compadd -- ${=words_}',
    '}',
    '(( ${+functions[compdef]} )) && compdef _guardctl guardctl',
    ...tmuxLines(companion),
    '',
  ].join('\n');
}

/** Branches `command/position` of a case statement that set `words`. */
function cases(commands: readonly Command[], companion: string): readonly string[] {
  return commands.flatMap(({ name, words, options }) => [
    ...words.map(
      (word, index) =>
        `    ${name}/${index + 2}) words="${wordList(word, companion)} ${options.join(' ')}" ;;`,
    ),
    ...(options.length === 0 ? [] : [`    ${name}/*) words="${options.join(' ')}" ;;`]),
  ]);
}

function wordList(words: Words, companion: string): string {
  return typeof words === 'string' ? `$(${companion} words ${words} 2>/dev/null)` : words.join(' ');
}
