/** One reader of what others have written, as the fuzzer sees it. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Target {
  readonly what: string;
  /** Good inputs, from which bad ones are made. */
  seeds(): readonly Buffer[];
  /** Pieces that mean something to this reader. */
  readonly words: readonly string[];
  /** Opens what several inputs share. @returns reads one input; throws, or rejects, if that goes wrong */
  open(folder: string): Promise<Reader>;
}

export interface Reader {
  read(input: Buffer): void | Promise<void>;
  close(): void | Promise<void>;
}

/** A reader that needs nothing. */
export const reader = (read: Reader['read']): Reader => ({ read, close: () => {} });

export function holds(condition: boolean, rule: string): void {
  if (!condition) throw new Error(`rule broken: ${rule}`);
}

/** Longer ones would only be slower to read. */
const maxSeedBytes = 60_000;

/** The fixtures of one kind. npm runs programs and tests at the root of the checkout. */
export function fixtures(folder: string, name: RegExp): readonly Buffer[] {
  const root = join(process.cwd(), 'test', 'fixtures', folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path))
    .toSorted()
    .map((path) => join(root, path))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path))
    .map((bytes) => bytes.subarray(0, maxSeedBytes));
}

/** The lines of all of them, each once. */
export const linesOf = (files: readonly Buffer[]): readonly Buffer[] =>
  [...new Set(files.flatMap((file) => file.toString('utf8').split('\n')))]
    .filter((line) => line !== '')
    .map((line) => Buffer.from(line));

/** Cuts the input into chunks as a network or a terminal may; the same for the same input. */
export function inChunks(input: Buffer): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, step = (input.length % 7) + 1; at < input.length; at += step, step = ((step * 5) % 61) + 1)
    chunks.push(input.subarray(at, at + step));
  return chunks;
}
