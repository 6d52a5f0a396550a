/**
 * Checks what a guard leaves of a terminal, which must be nothing. Independent of the guard, so that the guard's
 * bookkeeping is not judged by itself.
 */

/**
 * A shell program that runs its arguments and writes the terminal's settings before and after into the folder `$0`. It
 * survives a Ctrl+C that comes once the terminal is its own again, and so does its last check.
 */
export const watchedRun =
  'trap : INT; stty -g >"$0/tty-before"; "$@"; code=$?; trap "" INT; stty -g >"$0/tty-after"; exit $code';

/** On in a fresh terminal: wrap at the margin, visible cursor. */
const onByDefault = new Set(['7', '25']);

/** The private modes, and pushed keyboard protocols, that a stream of output does not leave as it found them. */
export function modesLeftOn(output: string): readonly string[] {
  const changed = new Set<string>();
  let keyboards = 0;
  for (const [, prefix, parameters = '', final] of output.matchAll(/\x1b\[([?<>]?)([\d;]*)([hlu])/g)) {
    if (prefix === '?' && final !== 'u') {
      for (const mode of parameters.split(';')) {
        if ((final === 'h') === onByDefault.has(mode)) changed.delete(mode);
        else changed.add(mode);
      }
    } else if (final === 'u' && prefix === '>') keyboards += 1;
    else if (final === 'u' && prefix === '<')
      keyboards = Math.max(0, keyboards - Math.max(1, Number(parameters)));
  }
  return [...changed].map((mode) => `?${mode}`).concat(keyboards > 0 ? [`${keyboards} keyboards`] : []);
}
