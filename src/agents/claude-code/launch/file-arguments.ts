/** Arguments that name files and folders, and the command line without files that go with the run. */
import type { FileArgument } from '../../contract/invocation.ts';
import { splitWords, type Word } from './arguments.ts';

/** Some of these flags also take the content itself; the file system shows whether the value is a path. */
const readFlags: ReadonlySet<string> = new Set([
  '--settings',
  '--mcp-config',
  '--agents',
  '--system-prompt-file',
  '--append-system-prompt-file',
  '--append-subagent-system-prompt-file',
]);

/** Folders, and a file that is written. */
const otherFlags: ReadonlySet<string> = new Set([
  '--add-dir',
  '--plugin-dir',
  '--plugin-dir-no-mcp',
  '--project-config-root',
  '--debug-file',
]);

const takes = (flags: ReadonlySet<string>, word: Word) =>
  word.uses.some(({ flag }) => flag.names.some((name) => flags.has(name)));

export function fileArguments(args: readonly string[]): readonly FileArgument[] {
  const found: FileArgument[] = [];
  let index = 0;
  for (const word of splitWords(args)) {
    found.push(...namedIn(word, index));
    index += word.raw.length;
  }
  return found;
}

/** @param index of the word's first argument */
function namedIn(word: Word, index: number): readonly FileArgument[] {
  const isRead = takes(readFlags, word);
  if (!isRead && !takes(otherFlags, word)) return [];
  const [name = ''] = word.raw;
  const equals = name.indexOf('=') + 1;
  if (equals > 0) return [{ index, prefix: name.slice(0, equals), path: name.slice(equals), isRead }];
  return word.raw.slice(1).map((path, at) => ({ index: index + 1 + at, prefix: '', path, isRead }));
}

/** The arguments without those flags that name one of these files. */
export function withoutFiles(args: readonly string[], files: readonly string[]): readonly string[] {
  const names = (word: Word) =>
    takes(readFlags, word) && word.raw.some((text) => files.some((file) => text.endsWith(file)));
  return splitWords(args)
    .filter((word) => !names(word))
    .flatMap(({ raw }) => raw);
}
