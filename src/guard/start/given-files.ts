/**
 * Files that the person gave and that can be read only once (`<(…)` of a shell, a pipe, standard input). The guard
 * reads them once and keeps copies in the run's folder, so that every launch of the agent gets the same content.
 */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AgentAdapter } from '../../agents/agent.ts';
import { givenPrefix } from '../../platform/paths.ts';
import { secretFoldersOf } from '../../platform/secret-folder.ts';
import type { Run } from '../run.ts';

export interface GivenFiles {
  /** The arguments, with copies in place of the files that can be read only once. */
  readonly args: readonly string[];
  /** Absolute paths of the kept files. */
  readonly kept: readonly string[];
}

/** Reads each file to its end, and waits for it as the agent would. Throws if a copy cannot be written; then none stays. */
export function keepGivenFiles(
  adapter: AgentAdapter,
  args: readonly string[],
  cwd: string,
  folder: string,
): GivenFiles {
  const result = [...args];
  const kept: string[] = [];
  for (const { index, prefix, path, isRead } of adapter.fileArguments?.(args) ?? []) {
    const content = isRead ? readOnce(resolve(cwd, path)) : null;
    if (content === null) continue;
    const copy = join(folder, `${givenPrefix}${kept.length + 1}`);
    kept.push(copy);
    try {
      writeFileSync(copy, content, { mode: 0o600 });
    } catch (error) {
      dropGivenFiles(kept);
      throw error;
    }
    result[index] = `${prefix}${copy}`;
  }
  return { args: result, kept };
}

/** Null: the file can be read again, or does not exist, which the agent will report. */
function readOnce(path: string): Buffer | null {
  try {
    return statSync(path).isFIFO() ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

/** What must not outlive the run, if the guard cannot remove it itself: given files, hook payloads, merged settings. */
export const belongingsOf = ({ givenFiles, paths, launch }: Run): readonly string[] => [
  ...givenFiles,
  paths.spool,
  ...secretFoldersOf(launch.env),
];

/** At the run's end. Never throws. */
export function dropGivenFiles(kept: readonly string[]): void {
  for (const path of kept) {
    try {
      rmSync(path, { force: true });
    } catch {
      // it will be removed with the run's folder
    }
  }
}
