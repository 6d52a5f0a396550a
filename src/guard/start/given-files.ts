/**
 * Files that the person gave and that can be read only once (`<(…)` of a shell, a pipe, standard input). The guard
 * reads them once, so that every launch of the agent gets the same content. They may hold a secret, so their copies are
 * in the folder for secrets, and go with it.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { AgentAdapter } from '../../agents/agent.ts';
import { secretFoldersOf } from '../../platform/secret-folder.ts';
import type { GivenFile, Run } from '../run.ts';

export interface GivenFiles {
  /** The arguments, with copies in place of the files that can be read only once. */
  readonly args: readonly string[];
  readonly kept: readonly GivenFile[];
}

/** Reads each file to its end, and waits for it as the agent would. Throws if a copy cannot be written. */
export function keepGivenFiles(
  adapter: AgentAdapter,
  args: readonly string[],
  cwd: string,
  folder: () => string,
): GivenFiles {
  const result = [...args];
  const kept: GivenFile[] = [];
  for (const { index, prefix, path, isRead } of adapter.fileArguments?.(args) ?? []) {
    const given = resolve(cwd, path);
    if (!isRead || !isReadOnce(given)) continue;
    const copy = join(folder(), `given-${kept.length + 1}`); // if there can be none, the agent itself reads the file
    const content = readFileSync(given);
    writeFileSync(copy, content, { mode: 0o600 });
    kept.push({ path: copy, content });
    result[index] = `${prefix}${copy}`;
  }
  return { args: result, kept };
}

/** False also if it does not exist, which the agent will report. */
function isReadOnce(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    return false;
  }
}

/**
 * The arguments of a launch, with copies that are there, and whole: their folder may have gone, and be another one
 * since; a copy may have been cut short by a full disk.
 */
export function withCopies(
  { givenFiles, secretFolder }: Pick<Run, 'givenFiles' | 'secretFolder'>,
  args: readonly string[],
): readonly string[] {
  let present = args;
  for (const { path, content } of givenFiles) {
    const copy = join(secretFolder(), basename(path));
    if (!holds(copy, content)) writeFileSync(copy, content, { mode: 0o600 });
    present = present.map((word) => (word.endsWith(path) ? `${word.slice(0, -path.length)}${copy}` : word));
  }
  return present;
}

function holds(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    return false;
  }
}

/** What must not outlive the run, if the guard cannot remove it itself: hook payloads, given files, merged settings. */
export const belongingsOf = ({ paths, launch }: Run): readonly string[] => [
  paths.spool,
  ...secretFoldersOf(launch.env),
];
