/** What each version of Codex can do. Only one was run; an unknown version is assumed to be that one. */
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseRecord, textOf } from '../common/json.ts';
import { compareVersions, readVersion } from '../common/versions.ts';
import type { Abilities, AgentVersion } from '../contract/version.ts';

/** The version that was run, and the first of which anything is known. */
const verified = '0.169.0';
const firstSeen = [0, 169, 0];

export function abilitiesOf(version: AgentVersion | null): Abilities {
  return {
    sessionIdFlag: false,
    settingsFlag: false,
    programStatus: version === null || compareVersions(version.parts, firstSeen) >= 0,
    recordsCallsFirst: false,
    splitsReads: false, // not tried
    verified: version?.text === verified,
    nearestVerified: verified,
  };
}

/**
 * `--no-daemon`: the agent works in its own process. Without it 0.169.0 works in a background server, which neither
 * uses our proxy nor ends with the agent. An older version refuses a flag that it does not know.
 */
export function hasNoDaemonFlag(version: AgentVersion | null): boolean {
  return version === null || compareVersions(version.parts, firstSeen) >= 0;
}

/**
 * npm's packages: `<package>/bin/codex.js`, or `<package>/vendor/<target>/bin/codex` in the package for the platform.
 */
export async function installedVersion(executable: string): Promise<AgentVersion | null> {
  let folder = dirname(await realpath(executable).catch(() => executable));
  for (let up = 0; up < 4; up++, folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    const read = parseRecord(await readFile(file, 'utf8').catch(() => ''));
    if (read && textOf(read, 'name')?.startsWith('@openai/codex'))
      return readVersion(textOf(read, 'version') ?? '');
  }
  return null;
}
