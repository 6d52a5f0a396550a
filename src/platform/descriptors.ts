/**
 * Open files beyond the usual three that we were started with and that the agent is to read. Node closes them when it
 * is replaced, unless it was told to pass them on.
 */
import { accessSync, fstatSync, type Stats } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that arguments name: `<(…)` of a shell is `/dev/fd/63`. */
export function descriptorsInArguments(args: readonly string[]): readonly number[] {
  const named = args.flatMap((arg) => [...arg.matchAll(/\/(?:dev|proc\/self)\/fd\/(\d+)/g)]);
  return named.map(([, number]) => Number(number)).filter((number) => number > 2 && isOpen(number));
}

/** Those in which a host hands over a secret (`CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR=4`), by the variable. */
export function descriptorsInVariables(env: Environment): ReadonlyMap<string, number> {
  const named = Object.entries(env).filter(([name]) => name.endsWith('_FILE_DESCRIPTOR'));
  return new Map(
    named
      .map(([name, value]) => [name, Number(value)] as const)
      .filter(([, number]) => Number.isSafeInteger(number) && number > 2 && isGiven(number)),
  );
}

function isOpen(descriptor: number): boolean {
  try {
    accessSync(`/dev/fd/${descriptor}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Such a variable is often inherited without its file, and node may have given the number to a file of its own. That
 * holds nothing to be read, or is a pipe of which we have both ends.
 */
function isGiven(descriptor: number): boolean {
  const file = fileOf(descriptor);
  if (file === null || !(file.isFIFO() || file.isFile() || file.isSocket())) return false;
  const isSame = (other: Stats | null) => other?.dev === file.dev && other.ino === file.ino;
  const isBeside = (number: number) => number > 2 && isSame(fileOf(number));
  return !file.isFIFO() || !(isBeside(descriptor - 1) || isBeside(descriptor + 1));
}

function fileOf(descriptor: number): Stats | null {
  try {
    return fstatSync(descriptor);
  } catch {
    return null; // not open
  }
}
