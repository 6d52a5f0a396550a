/**
 * The model's thinking, where the API has refused the conversation for it: its signature does not fit any more (rewound,
 * merged, another model; signatures §5). Versions from 2.1.197 on leave it out by themselves; the older ones fail again
 * and again. Nothing else is ever a reason to leave thinking out: the API wants it back as it was given.
 */

import { chainTo, lastAnswer, leafOf } from '../chain.ts';
import type { Row } from '../index.ts';
import { takeOut } from './take-out.ts';

export interface Thoughtless {
  /** Records that keep their other content. */
  readonly thinned: readonly Row[];
  /** Records that held nothing else: an answer without content would be refused, too. */
  readonly removed: readonly Row[];
  /** What came after a removed record comes after its parent now. */
  readonly relinked: readonly Row[];
  readonly count: number;
}

/** Takes removed records out of `rows`. */
export function leaveOutRefusedThinking(rows: Row[]): Thoughtless {
  const leaf = leafOf(rows);
  const chain = lastAnswer(leaf)?.refusesThinking === true ? chainTo(leaf) : [];
  const start = chain.findLastIndex((row) => row.kind === 'boundary') + 1;
  const thinking = chain.slice(start).filter((row) => row.thinking !== 'none');
  const removed = new Set(thinking.filter((row) => row.thinking === 'all'));
  return {
    thinned: thinking.filter((row) => row.thinking === 'part'),
    relinked: takeOut(rows, removed),
    removed: [...removed],
    count: thinking.length,
  };
}
