/**
 * An agent does not always continue where the conversation ended. A note that was attached late to an old message may
 * take it back there, and everything since is lost.
 *
 * - Older versions continue at the newest record, whatever it is. The border is somewhere before 2.1.126.
 * - Newer ones continue at the last end in the file, unless that is not below the end that the last `last-prompt`
 *   record
 *   names; then they continue at the named end. The agent writes such a record after a turn; until then, a prompt that
 *   follows a rewind is not below the named end.
 */
import { compareVersions, type Parts } from '../../../common/versions.ts';
import { chainTo, endsOf, lastMessage, leafOf, newestEnd } from '../chain.ts';
import type { NamedEnd, Row } from '../index.ts';
import type { Work } from './work.ts';

/** First version that was seen to go by the place in the file. */
const goesByPlace: Parts = [2, 1, 126];

const isOld = (version: Parts | null) => version !== null && compareVersions(version, goesByPlace) < 0;

/** Where this version continues. @param version null: not known, treated as a newer one */
export function endFor(rows: readonly Row[], named: NamedEnd | null, version: Parts | null): Row | null {
  if (isOld(version)) return newestEnd(rows);
  return endByPlace(endsOf(rows).at(-1) ?? null, named);
}

/**
 * The end by which the findings are judged. For newer versions it is the right end, which a repair can name whatever
 * else is in the file.
 */
export const wantedEnd = (rows: readonly Row[], version: Parts | null): Row | null =>
  isOld(version) ? newestEnd(rows) : leafOf(rows);

function endByPlace(last: Row | null, named: NamedEnd | null): Row | null {
  return named === null || last === null || chainTo(last).includes(named.row) ? last : named.row;
}

/** For older versions: if the newest record is a stray note, attaches it to the end of the conversation. */
export function linkStrayEnd(work: Work): void {
  const { version, byHand } = work.options;
  if (!byHand && !isOld(version)) return;
  const stray = newestEnd(work.rows);
  const leaf = work.branch().at(-1) ?? null;
  if (stray === null || leaf === null || stray === leaf) return;
  const message = lastMessage(leaf);
  if (message === null || chainTo(stray).includes(message)) return;
  stray.parent = leaf;
  stray.link = 'linked';
  work.change(stray).relinked = true;
  work.note('stray end');
}

/** The end that must be named for newer versions; null: they find it by themselves. */
export function endToName(work: Work, named: NamedEnd | null): Row | null {
  const { version, byHand } = work.options;
  const branch = work.branch();
  const leaf = branch.at(-1) ?? null;
  const message = leaf === null ? null : lastMessage(leaf);
  if (leaf === null || message === null || (!byHand && isOld(version))) return null;
  const end = endByPlace(lastInFile(work), named);
  if (end === null || (end === leaf ? branch : chainTo(end)).includes(message)) return null;
  // An end that was named after the last message is where the person wanted to continue.
  const isAdded = work.added.some(({ row }) => row === message);
  if (end === named?.row && !isAdded && message.offset < named.offset) return null;
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
