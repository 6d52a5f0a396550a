/** Plans what to do about poison: content that makes the API refuse every further turn. */
import type { Parts } from '../../../common/versions.ts';
import { chainTo, lastAnswer } from '../chain.ts';
import type { Row } from '../index.ts';
import type { RowSet } from '../row-set.ts';
import { isPoison, manyImages, mustGo, type PoisonKind, type Remedy } from './poison/index.ts';
import { takeOut } from './take-out.ts';
import type { Work } from './work.ts';

/** What a repair may do, given the conversation, and who asks for the repair. */
export function remedyFor(
  leaf: Row | null,
  { version, byHand }: { readonly version: Parts | null; readonly byHand: boolean },
): Remedy {
  return { version, byHand, refused: lastAnswer(leaf)?.refused ?? false };
}

/** Takes out answers that hold nothing but empty blocks. No such block may be sent, so neither may the answer. */
export function takeOutHollow(
  rows: Row[],
  leaf: Row | null,
  remedy: Remedy,
): {
  readonly kinds: readonly PoisonKind[];
  readonly removed: readonly Row[];
  readonly relinked: readonly Row[];
} {
  const isHollow = (row: Row) => mustGo(row.content, remedy);
  const hollow = rows.some(isHollow) ? chainTo(leaf).filter(isHollow) : [];
  return {
    kinds: hollow.flatMap((row) => row.content.poisons),
    relinked: takeOut(rows, new Set(hollow)),
    removed: hollow,
  };
}

/**
 * Since 2.1.263, the agent sends the vendor's API the id of the last answer, and the API accepts only ids of its own
 * form. Another provider may have given one of another form. A made-up id is accepted, and the lines stay one message.
 */
function renameForeignAnswer(work: Work, chain: readonly Row[], { refused, byHand }: Remedy): void {
  const id = chain.findLast((row) => row.kind === 'assistant' && !row.failure)?.messageId ?? null;
  if (id === null || id.startsWith('msg_') || !(refused || byHand)) return;
  work.note('foreign id');
  for (const row of work.rows) {
    if (row.messageId !== id) continue;
    row.messageId = `msg_${id}`;
    work.change(row).newMessageId = true;
  }
}

/** @param sent the records that a resume finds */
export function planAntidotes(work: Work, sent: RowSet, remedy: Remedy): void {
  const chain = work.branch();
  renameForeignAnswer(work, chain, remedy);
  const request = chain.slice(chain.findLastIndex((row) => row.kind === 'boundary') + 1);
  const images = request.reduce((sum, row) => sum + row.content.images, 0);
  for (const row of work.rows)
    for (const kind of row.content.poisons) {
      if (!sent.has(row) || !isPoison(kind, remedy) || (kind === 'many images' && images <= manyImages))
        continue;
      work.note(kind);
      work.change(row).poisons.add(kind);
    }
}
