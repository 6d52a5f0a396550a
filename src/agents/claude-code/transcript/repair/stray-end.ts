/**
 * Where an agent goes on is not always where the conversation ended: a note that was written late at an old message may
 * take it back there, and what was said since is lost.
 *
 * - Before 2.1.126 (somewhere) it goes on at the newest record, whatever it is.
 * - Since then at the last end in the file, unless that is not below the end that its last `last-prompt` record names:
 *   then there. It writes such a record after a turn; until then a prompt that follows a rewind is not below it.
 */
import { compareVersions, type Parts } from '../../../common/versions.ts';
import { chainTo, endsOf, lastSaid, leafOf, newestEnd } from '../chain.ts';
import type { NamedEnd, Row } from '../index.ts';
import type { Work } from './work.ts';

/** First version seen that goes by the place in the file. */
const goesByPlace: Parts = [2, 1, 126];

const isOld = (version: Parts | null) => version !== null && compareVersions(version, goesByPlace) < 0;

/** Where this version goes on. @param version null: not known, then as the newer ones */
export function endFor(rows: readonly Row[], named: NamedEnd | null, version: Parts | null): Row | null {
  if (isOld(version)) return newestEnd(rows);
  return endByPlace(endsOf(rows).at(-1) ?? null, named);
}

/** The end that counts for what is found: for the newer versions, the right one can be named whatever else is there. */
export const wantedEnd = (rows: readonly Row[], version: Parts | null): Row | null =>
  isOld(version) ? newestEnd(rows) : leafOf(rows);

function endByPlace(last: Row | null, named: NamedEnd | null): Row | null {
  return named === null || last === null || chainTo(last).includes(named.row) ? last : named.row;
}

/** Ties a newest note to the end of what was said, for the older versions. */
export function tieStrayEnd(work: Work): void {
  const { version, byHand } = work.options;
  if (!byHand && !isOld(version)) return;
  const stray = newestEnd(work.rows);
  const leaf = leafOf(work.rows);
  if (stray === null || leaf === null || stray === leaf) return;
  const said = lastSaid(leaf);
  if (said === null || chainTo(stray).includes(said)) return;
  stray.parent = leaf;
  stray.link = 'linked';
  work.change(stray).relinked = true;
  work.note('stray end');
}

/** The end that is to be named for the newer versions; null: they find it. */
export function endToName(work: Work, named: NamedEnd | null): Row | null {
  const { version, byHand } = work.options;
  const leaf = leafOf(work.rows);
  const said = leaf === null ? null : lastSaid(leaf);
  if (leaf === null || said === null || (!byHand && isOld(version))) return null;
  const end = endByPlace(lastInFile(work), named);
  if (end === null || chainTo(end).includes(said)) return null;
  // What was named after it was said is where the person wanted to go on.
  const isAdded = work.added.some(({ row }) => row === said);
  if (end === named?.row && !isAdded && said.offset < named.offset) return null;
  work.note('stray end');
  return leaf;
}

function lastInFile({ rows, added }: Work): Row | null {
  const afterOf = new Map(added.map(({ row, after }) => [row, after]));
  const placeOf = (row: Row) => {
    const after = afterOf.get(row) ?? null;
    return after === null ? row.order : after.order + 0.5;
  };
  return endsOf(rows).reduce<Row | null>(
    (last, end) => (last === null || placeOf(end) > placeOf(last) ? end : last),
    null,
  );
}
