/**
 * Finds the version of an installed agent from its files if possible: the package beside it (npm), or its path
 * (`…/versions/2.1.329`, the native installer). Otherwise `<command> --version` is run.
 */
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { askVersion, readVersion } from '../common/versions.ts';
import type { Variables } from '../contract/invocation.ts';
import type { AgentVersion } from '../contract/version.ts';

async function fromPackage(executable: string): Promise<AgentVersion | null> {
  // <package>/cli.js, <package>/claude or <package>/bin/claude.exe
  for (const folder of [dirname(executable), dirname(dirname(executable))]) {
    try {
      const read: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
      if (typeof read !== 'object' || read === null || !('name' in read) || !('version' in read)) continue;
      if (!String(read.name).startsWith('@anthropic-ai/claude-code')) continue;
      return readVersion(String(read.version));
    } catch {
      // No package there, or not one of npm's. The next source may know.
    }
  }
  return null;
}

/**
 * @param command absolute path of the executable; for a node script: node and the script
 * @param env environment for the one `--version` run that may be needed
 * @returns null if neither the files nor the run name it. Takes at most 5 s. The caller keeps the answer as long as the
 *   executable's real path, time and size stay the same.
 */
export async function detectVersion(
  command: readonly string[],
  env: Variables,
): Promise<AgentVersion | null> {
  const path = command.at(-1) ?? '';
  const executable = await realpath(path).catch(() => path);
  const named = basename(dirname(executable)) === 'versions' ? readVersion(basename(executable)) : null;
  return named ?? (await fromPackage(executable)) ?? (await askVersion(command, env));
}
