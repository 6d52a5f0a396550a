/**
 * The AWS region of the agent's requests, found as the agent and the AWS SDK in it find it (2.1.197 to 2.1.332): the
 * variables, then the profile in the shared files, of which the one with the credentials comes first.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Variables } from '../../contract/invocation.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { readsAwsProfile } from '../versions.ts';

const usual = 'us-east-1';

export function awsRegion(env: Variables, version: AgentVersion | null): string {
  const named = env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim();
  return named || (readsAwsProfile(version) ? regionOfProfile(env) : undefined) || usual;
}

function regionOfProfile(env: Variables): string | undefined {
  const profile = env.AWS_PROFILE?.trim() || 'default';
  const folder = join(env.HOME || homedir(), '.aws');
  const inConfig = profile === 'default' ? ['default', 'profile default'] : [`profile ${profile}`];
  return (
    regionIn(env.AWS_SHARED_CREDENTIALS_FILE || join(folder, 'credentials'), [profile]) ??
    regionIn(env.AWS_CONFIG_FILE || join(folder, 'config'), inConfig)
  );
}

/** The region in the named sections of a file. The lines below a name without a value, set in, belong to that name. */
function regionIn(path: string, sections: readonly string[]): string | undefined {
  let isWanted = false;
  let isNested = false;
  let region: string | undefined;
  for (const line of linesOf(path)) {
    const text = (line.split(/(?:^|\s)[;#]/)[0] ?? '').trim();
    const section = /^\[([^\]]*)\]$/.exec(text)?.[1];
    if (section !== undefined) isWanted = sections.includes(section.replace(/["']/g, '').trim());
    isNested &&= section === undefined && /^\s/.test(line);
    const [, name, value] = /^([^=]*?)\s*=\s*(.*)$/.exec(text) ?? [];
    if (isWanted && !isNested && name === 'region' && value) region = value;
    isNested ||= value === '';
  }
  return region;
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch {
    return []; // there is no such file: the usual case
  }
}
