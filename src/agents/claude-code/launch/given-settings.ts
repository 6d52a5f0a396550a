/**
 * The person's own `--settings`, merged into one record. Of several, the agent takes only one: the first up to 2.1.168,
 * the last since 2.1.169. Ours must be that one, so all of theirs are merged into it and nothing that they gave is
 * lost. Where they differ, the one that the agent would have taken wins. Permissions come from it alone, because with
 * the others they might allow more.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isRecord, type Json, parseRecord } from '../../common/json.ts';
import { compareVersions } from '../../common/versions.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { splitWords } from './arguments.ts';

const lastWinsSince = [2, 1, 169];

/**
 * `{}` if none is given; null if one cannot be read, so that the agent itself complains. Files are relative to `cwd`.
 */
export function readGiven(args: readonly string[], cwd: string, version: AgentVersion | null): Json | null {
  const uses = splitWords(args).flatMap((word) => word.uses);
  const values = uses.filter((use) => use.name === '--settings').map((use) => read(use.value, cwd));
  const firstWins = version !== null && compareVersions(version.parts, lastWinsSince) < 0;
  let merged: Json | null = {};
  for (const value of firstWins ? values.reverse() : values)
    merged = merged === null || value === null ? null : overlay(withoutPermissions(merged), value);
  return merged;
}

/** A JSON text or a file. */
function read(value: string | null, cwd: string): Json | null {
  if (value === null) return null;
  if (value.trimStart().startsWith('{')) return parseRecord(value);
  try {
    return parseRecord(readFileSync(resolve(cwd, value), 'utf8'));
  } catch {
    return null;
  }
}

const withoutPermissions = ({ permissions: _, ...rest }: Json): Json => rest;

/** Hooks are concatenated, as the agent does with those of the settings files. */
function overlay(below: Json, above: Json, isHooks = false): Json {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const present = Object.hasOwn(below, key) ? below[key] : undefined;
    if (isRecord(present) && isRecord(value)) merged[key] = overlay(present, value, key === 'hooks');
    else if (isHooks && Array.isArray(present) && Array.isArray(value)) merged[key] = [...present, ...value];
    else merged[key] = value;
  }
  return merged;
}
