/**
 * Leaves out the model's thinking if the API has refused the conversation because of it: its signature does not fit any
 * more (rewound, merged, another model). Since 2.1.197, the agent leaves it out by itself; older versions fail again
 * and again. There is no other reason to leave thinking out, because the API wants it back unchanged.
 */

import { chainTo, lastAnswer } from '../chain.ts';
import type { Row } from '../index.ts';
import { takeOut } from './take-out.ts';

export interface Thoughtless {
  /** Records that keep their other content. */
  readonly thinned: readonly Row[];
  /** Records that held nothing else, because an answer without content would be refused, too. */
  readonly removed: readonly Row[];
  /** Records that followed a removed one, and now follow its parent. */
  readonly relinked: readonly Row[];
  readonly count: number;
}

/** Takes the removed records out of `rows`. */
export function leaveOutRefusedThinking(rows: Row[], leaf: Row | null): Thoughtless {
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
