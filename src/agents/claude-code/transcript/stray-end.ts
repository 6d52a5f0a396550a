/**
 * Up to some version before 2.1.126 the agent goes on at the newest record, whatever it is: a note that was written late
 * at an old message takes it back there, and what was said since is lost.
 */
import { compareVersions, type Parts } from '../../common/versions.ts';
import { chainTo, lastSaid, leafOf, newestEnd } from '../transcript-chain.ts';
import type { Row } from '../transcript-index.ts';
import type { Work } from '../transcript-plan.ts';

/** First version seen that goes on at the newest message. */
const goesByMessages: Parts = [2, 1, 126];

/** Where this version goes on. @param version null: not known, then as the newer ones */
export const endFor = (rows: readonly Row[], version: Parts | null): Row | null =>
  version !== null && compareVersions(version, goesByMessages) < 0 ? newestEnd(rows) : leafOf(rows);

/** Ties such a note to the end of what was said. */
export function tieStrayEnd(work: Work): void {
  const stray = endFor(work.rows, work.options.version);
  const leaf = leafOf(work.rows);
  if (stray === null || leaf === null || stray === leaf) return;
  const said = lastSaid(leaf);
  if (said === null || chainTo(stray).includes(said)) return;
  stray.parent = leaf;
  stray.link = 'linked';
  work.change(stray).relinked = true;
  work.note('stray end');
}
