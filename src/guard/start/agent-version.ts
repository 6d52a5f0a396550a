/**
 * The agent's version. Where files beside the executable name it, they prove it. Otherwise the program has to be asked,
 * which takes longer than a start may take, so its last answer is kept. A wrapper or a version manager's shim is the
 * same file when the agent behind it is another one: the kept answer is only what a start begins with.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { askVersion } from '../../agents/common/versions.ts';
import type { AgentVersion } from '../../agents/contract/version.ts';
import { replaceFile } from '../../platform/atomic-file.ts';
import { makePrivateFolder, statePaths } from '../../platform/paths.ts';
import type { Launch } from '../run.ts';

const keptEntries = 20;

export interface KnownVersion {
  /** Null: it could not be determined. */
  readonly version: AgentVersion | null;
  /** It is what the program said at an earlier start. */
  readonly isEarlier: boolean;
}

/** Throws only `LoopError`. If the kept answers cannot be read or written, this works without them. */
export async function versionAtStart(launch: Launch): Promise<KnownVersion> {
  const installed = await launch.adapter.installedVersion(executableOf(launch));
  const text = installed === null ? read(fileOf(launch))[keyOf(executableOf(launch)) ?? ''] : undefined;
  return text === undefined
    ? { version: installed ?? (await ask(launch)), isEarlier: false }
    : { version: { text, parts: text.split('.').map(Number) }, isEarlier: true };
}

/** The version that a start would now start, whatever was known before. Throws only `LoopError`. */
export async function presentVersion(launch: Launch): Promise<AgentVersion | null> {
  return (await launch.adapter.installedVersion(executableOf(launch))) ?? (await ask(launch));
}

async function ask(launch: Launch): Promise<AgentVersion | null> {
  const { command, named, env } = launch;
  const key = keyOf(executableOf(launch));
  const version = key === null ? null : await askVersion([command, ...named.slice(1)], env);
  const known = read(fileOf(launch));
  if (key === null || version === null || known[key] === version.text) return version;
  const { [key]: _, ...others } = known;
  const entries = [...Object.entries(others), [key, version.text] as const].slice(-keptEntries);
  try {
    makePrivateFolder(statePaths(env).root); // this may be the first start ever
    await replaceFile(fileOf(launch), JSON.stringify(Object.fromEntries(entries)));
  } catch {
    // the next start asks again
  }
  return version;
}

/** The script, if node runs one. */
const executableOf = ({ command, named }: Launch): string => named.at(-1) ?? command;

const fileOf = ({ env }: Launch): string => join(statePaths(env).root, 'versions.json');

/** Null while the file is being replaced. The links of a version manager all lead to the same file. */
function keyOf(executable: string): string | null {
  try {
    const { size, mtimeMs } = statSync(executable);
    return `${executable} ${size} ${mtimeMs}`;
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
