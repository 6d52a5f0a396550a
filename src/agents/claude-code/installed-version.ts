/**
 * Finds the version of an installed agent from its files: the package beside it (npm), or its path
 * (`…/versions/2.1.329`, the native installer).
 */
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readVersion } from '../common/versions.ts';
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

export async function installedVersion(path: string): Promise<AgentVersion | null> {
  const executable = await realpath(path).catch(() => path);
  const named = basename(dirname(executable)) === 'versions' ? readVersion(basename(executable)) : null;
  return named ?? (await fromPackage(executable));
}
