/** A resume at an earlier message (`leaf.ts`): everything since is lost, so the agent is led to the right end. */
import { isMessage, lastMessage, passes } from '../chain.ts';
import type { Row } from '../index.ts';
import { goesByTime, lastEnd, ownEnd } from '../leaf.ts';
import type { Work } from './work.ts';

/**
 * For older versions, or if a person asks: a stray note that is the last record is attached to the conversation's end.
 */
export function linkStrayEnd(work: Work): void {
  if (!work.options.byHand && !goesByTime(work.resume)) return;
  const stray = lastEnd(work.rows, work.resume);
  const leaf = work.branch().at(-1) ?? null;
  if (stray === null || leaf === null || stray === leaf || isMessage(stray)) return;
  const message = lastMessage(leaf);
  if (message === null || passes(stray, message)) return;
  stray.parent = leaf;
  stray.link = 'linked';
  work.change(stray).relinked = true;
  work.note('stray end');
}

/** The end that must be named for newer versions; null: they find it by themselves. */
export function endToName(work: Work): Row | null {
  if (goesByTime(work.resume)) return null;
  const leaf = work.branch().at(-1) ?? null;
  const message = leaf === null ? null : lastMessage(leaf);
  const own = ownEnd(work.rows, work.resume);
  if (message === null || own === null || passes(own, message)) return null;
  work.note('stray end');
  return leaf;
}
