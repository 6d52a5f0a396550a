/** Arguments that name files to be read at the start, and the command line without files that go with the run. */
import type { FileArgument } from '../../contract/invocation.ts';
import { splitWords, type Word } from './arguments.ts';

/** Some of these flags also take the content itself; the file system shows whether the value is a path. */
const fileFlags: ReadonlySet<string> = new Set([
  '--settings',
  '--mcp-config',
  '--agents',
  '--system-prompt-file',
  '--append-system-prompt-file',
  '--append-subagent-system-prompt-file',
]);

const takesFile = (word: Word) =>
  word.uses.some(({ flag }) => flag.names.some((name) => fileFlags.has(name)));

export function fileArguments(args: readonly string[]): readonly FileArgument[] {
  const found: FileArgument[] = [];
  let index = 0;
  for (const word of splitWords(args)) {
    const [name = ''] = word.raw;
    const equals = name.indexOf('=') + 1;
    if (takesFile(word) && equals > 0)
      found.push({ index, prefix: name.slice(0, equals), path: name.slice(equals) });
    else if (takesFile(word))
      found.push(...word.raw.slice(1).map((path, at) => ({ index: index + 1 + at, prefix: '', path })));
    index += word.raw.length;
  }
  return found;
}

/** The arguments without those flags that name one of these files. */
export function withoutFiles(args: readonly string[], files: readonly string[]): readonly string[] {
  const names = (word: Word) =>
    takesFile(word) && word.raw.some((text) => files.some((file) => text.endsWith(file)));
  return splitWords(args)
    .filter((word) => !names(word))
    .flatMap(({ raw }) => raw);
}
