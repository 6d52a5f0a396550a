/**
 * Which prompts of the input are on record. An agent takes them in their order: one at a time (2.1.38), or all that are
 * waiting as one prompt (2.1.197 and later). Pure.
 */
import { squeezed } from '../person/same-text.ts';

export interface OnRecord {
  /** So many prompts have been taken. What the agent records in other words (a command) precedes what it recorded later. */
  readonly prompts: number;
  /** So many turns they have made. */
  readonly turns: number;
}

/** @param recorded prompts on record, in order; other prompts may be among them */
export function findOnRecord(prompts: readonly string[], recorded: readonly string[]): OnRecord {
  const said = prompts.map(squeezed);
  const known = recorded.map(squeezed);
  const longest = Math.max(0, ...known.map(({ length }) => length));
  let taken: OnRecord = { prompts: 0, turns: 0 };
  let next = 0;
  for (let first = 0; first < said.length; first++) {
    let run = '';
    for (let last = first; last < said.length && run.length <= longest; last++) {
      run += said[last];
      const at = known.indexOf(run, next);
      if (at < 0) continue;
      taken = { prompts: last + 1, turns: taken.turns + (first - taken.prompts) + 1 };
      next = at + 1;
      first = last;
      break;
    }
  }
  return taken;
}
