/** Quotes words for a POSIX shell (and fish), which reads them back unchanged. Pure. */

export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const shellCommand = (words: readonly string[]): string => words.map(shellWord).join(' ');
