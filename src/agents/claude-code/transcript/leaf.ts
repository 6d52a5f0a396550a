/**
 * Where a conversation continues. An agent does not always resume it where it ended: a note that was attached late to
 * an old message may take it back there.
 *
 * - Older versions continue at the newest record, whatever it is. The border is somewhere before 2.1.126.
 * - Newer ones continue at the last end in the file, unless that is not below the end that the last `last-prompt`
 *   record names; then they continue at the named end. The agent writes such a record with a request or after a turn;
 *   until then, a prompt that follows a rewind is not below the named end. A compaction makes it forget the named end.
 *
 * So time decides only where the agent goes by it: the wall clock may be set back in mid-conversation.
 */
import { compareVersions, type Parts, readVersion } from '../../common/versions.ts';
import type { AgentVersion } from '../../contract/version.ts';
import { endsOf, lastMessage, passes, passing } from './chain.ts';
import type { NamedEnd, Row, TranscriptIndex } from './index.ts';

/** Who resumes the conversation, and from what. */
export interface Resume {
  /** Null: not known, treated as a newer one. */
  readonly version: Parts | null;
  readonly named: NamedEnd | null;
}

/** @param version null: the one that wrote last */
export const resumeOf = (
  { namedEnd, writtenBy }: Pick<TranscriptIndex, 'namedEnd' | 'writtenBy'>,
  version: AgentVersion | null,
): Resume => ({ version: (version ?? readVersion(writtenBy ?? ''))?.parts ?? null, named: namedEnd });

/** First version that was seen to go by the place in the file. */
const goesByPlace: Parts = [2, 1, 126];

export const goesByTime = ({ version }: Resume): boolean =>
  version !== null && compareVersions(version, goesByPlace) < 0;

/** Within this time, and among so many records, lines may be in any order: a child was seen before its parent. */
const disorderMs = 5_000;
export const disorderRows = 50;

/** The end at which the agent would continue if only the records counted, not its own note. Null: there is no end. */
export const lastEnd = (rows: readonly Row[], resume: Resume): Row | null => lastOf(endsOf(rows), resume);

function lastOf(ends: readonly Row[], resume: Resume): Row | null {
  const isLast = goesByTime(resume) ? (one: Row, other: Row) => one.time >= other.time : comesAfter;
  return ends.reduce<Row | null>((last, end) => (last === null || isLast(end, last) ? end : last), null);
}

/**
 * Where the agent continues. Null: there is nothing to continue.
 * @param ends those of the rows
 */
export function ownEnd(rows: readonly Row[], resume: Resume, ends = endsOf(rows)): Row | null {
  const last = lastOf(ends, resume);
  const named = namedIn(rows, resume);
  return last === null || named === null || passes(last, named.row) ? last : named.row;
}

/**
 * The end at which the conversation should continue: where the agent does, unless the last message of another end is
 * later. A note that is attached to an old message does not count as that end, whatever the agent would do.
 */
export function leafOf(rows: readonly Row[], resume: Resume): Row | null {
  const named = namedIn(rows, resume);
  const passesNamed = named === null ? null : passing(named.row);
  // What the agent has left behind when it named an end is where nobody wanted to continue.
  const isLeft = (row: Row) => named !== null && row.offset < named.offset && !passesNamed?.(row);
  const isLater = goesByTime(resume) ? isNewer : comesLater;
  const ends = endsOf(rows);
  let leaf = ownEnd(rows, resume, ends);
  let message = leaf === null ? null : lastMessage(leaf);
  for (const end of ends) {
    const other = lastMessage(end);
    if (other === null || other === message || (message !== null && !isLater(other, message))) continue;
    if (isLeft(other)) continue;
    leaf = end;
    message = other;
  }
  return leaf;
}

/**
 * The agent's own note, if it counts: the record may have been removed by a repair, and older versions do not read it.
 */
const namedIn = (rows: readonly Row[], resume: Resume): NamedEnd | null => {
  const { named } = resume;
  return named === null || goesByTime(resume) || rows[named.row.order] !== named.row ? null : named;
};

/** In the file. An added result has the offset of the line that it follows, or one behind every line. */
const comesAfter = (one: Row, other: Row) => (one.offset - other.offset || one.order - other.order) > 0;

const isNewer = (one: Row, other: Row) => (one.time - other.time || one.order - other.order) > 0;

/** In the file, unless the lines may have been written in another order than they were said. */
const comesLater = (one: Row, other: Row) => {
  const isDisorder =
    Math.abs(one.time - other.time) <= disorderMs && Math.abs(one.order - other.order) <= disorderRows;
  return (isDisorder ? isNewer : comesAfter)(one, other);
};
