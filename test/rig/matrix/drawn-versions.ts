/**
 * Versions that nobody has chosen: drawn by chance from the package registry's list, so that none is favoured for long.
 */
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { byVersion } from './version-range.ts';
import { versionNames } from './versions.ts';

/** Older ones are not supported. */
const oldest = '1.0.44';

/** @returns none where the registry cannot be asked. */
export function drawVersions(count: number): readonly string[] {
  if (count === 0) return [];
  const known: readonly string[] = versionNames;
  const left = published()
    .filter((version) => /^\d+\.\d+\.\d+$/.test(version) && byVersion(version, oldest) >= 0)
    .filter((version) => !known.includes(version));
  return Array.from(
    { length: Math.min(count, left.length) },
    () => left.splice(randomInt(left.length), 1)[0] ?? '',
  );
}

function published(): readonly string[] {
  try {
    const answer = execFileSync('npm', ['view', '@anthropic-ai/claude-code', 'versions', '--json'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    return JSON.parse(answer) as readonly string[];
  } catch {
    return []; // no network: the chosen versions are played
  }
}
