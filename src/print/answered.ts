/**
 * How many prompts of the input have their answers, as far as the turns that have ended can tell. Pure.
 */

/**
 * All turns that could be theirs count. A turn that ended while no prompt waited was none of theirs: a command in the
 * background had ended, for instance.
 * @param prompts in order; `turn`: how many turns had ended when it arrived
 * @param settled how many a turn answers if it goes on with several that were interrupted, keyed by its number
 */
export function answeredOf(
  prompts: readonly { readonly turn: number }[],
  from: number,
  to: number,
  settled: ReadonlyMap<number, number> = new Map(),
): number {
  let answered = 0;
  for (let ended = from; ended < to; ended++) {
    for (let left = settled.get(ended) ?? 1; left > 0; left--) {
      const next = prompts[answered];
      if (next !== undefined && next.turn <= ended) answered += 1;
    }
  }
  return answered;
}
