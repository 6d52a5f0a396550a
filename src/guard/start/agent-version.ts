/**
 * The agent's version, cached by the executable's real path, size and time, because finding it out may mean running the
 * agent, which takes longer than a start may take.
 */
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentAdapter } from '../../agents/agent.ts';
import type { Variables } from '../../agents/contract/invocation.ts';
import type { AgentVersion } from '../../agents/contract/version.ts';
import { replaceFile } from '../../platform/atomic-file.ts';
import { makePrivateFolder } from '../../platform/paths.ts';

const keptEntries = 20;

/**
 * Null if it is unknown. Throws only `LoopError`. If the cache cannot be read or written, this works without it.
 * @param command the executable, or node and the script
 */
export async function agentVersion(
  adapter: AgentAdapter,
  command: readonly string[],
  env: Variables,
  stateRoot: string,
): Promise<AgentVersion | null> {
  const key = keyOf(command.at(-1) ?? '');
  if (key === null) return null;
  const file = join(stateRoot, 'versions.json');
  const known = read(file);
  const text = known[key];
  if (text !== undefined) return { text, parts: text.split('.').map(Number) };
  const version = await adapter.detectVersion(command, env);
  if (version === null) return null;
  const entries = [...Object.entries(known), [key, version.text] as const].slice(-keptEntries);
  try {
    makePrivateFolder(stateRoot); // this may be the first start ever
    await replaceFile(file, JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // the next start asks again
  }
  return version;
}

/** Null while the file is being replaced. */
function keyOf(executable: string): string | null {
  try {
    const path = realpathSync(executable);
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  } catch {
    return null;
  }
}

function read(file: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof value !== 'object' || value === null) return {};
    return Object.fromEntries(
      Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    );
  } catch {
    return {}; // there is none yet, or it is damaged and will be replaced
  }
}
