/** Ranges of versions, so that a row holds for versions that nobody has chosen, too. */
import { compareVersions } from '../../../src/agents/common/versions.ts';

export interface VersionRange {
  /** First one in it; if missing: all older ones are. */
  readonly from?: string;
  /** First newer one that is not in it; if missing: all newer ones are. */
  readonly before?: string;
}

const parts = (version: string) => version.split('.').map(Number);

/** Oldest first, as for a sort. */
export const byVersion = (a: string, b: string): number => compareVersions(parts(a), parts(b));

export const inRange = (version: string, { from, before }: VersionRange): boolean =>
  (from === undefined || byVersion(version, from) >= 0) &&
  (before === undefined || byVersion(version, before) < 0);
