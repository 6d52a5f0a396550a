/**
 * How many prompts of the input have their answers, as far as the turns that have ended can tell. Pure.
 */

export interface Asked {
  /** How many turns had ended when it arrived. */
  readonly turn: number;
  /** A turn ran then. */
  readonly inTurn: boolean;
}

/** Which turns have ended. */
export interface Ended {
  /** For each turn that is known to have taken prompts, in order: how many it and those before it have taken. */
  readonly taken: readonly number[];
  readonly from: number;
  readonly to: number;
  /** How many turns one answers if it goes on with several that were interrupted, keyed by its number. */
  readonly settled: ReadonlyMap<number, number>;
}

export interface Answered {
  readonly prompts: number;
  /** Of the turns that took them, so many have ended. */
  readonly turns: number;
}

/**
 * All turns that could be theirs count; one of which nothing is known took one prompt. A turn that ended while no prompt
 * waited was none of theirs: a command in the background had ended, for instance. The same may be true of a turn in which
 * a prompt arrived while none waited. Then what follows is in doubt, and the last turn does not count.
 */
export function answeredOf(prompts: readonly Asked[], { taken, from, to, settled }: Ended): Answered {
  const after = [0];
  let [answered, turns, butLast] = [0, 0, 0];
  for (let ended = from; ended < to; ended++) {
    const before = answered;
    for (let left = settled.get(ended) ?? 1; left > 0; left--) {
      const end = taken[turns] ?? answered + 1;
      while (answered < end && (prompts[answered]?.turn ?? to) <= ended) answered += 1;
      if (answered === end) turns += 1;
    }
    if (answered > before) butLast = before;
    after.push(answered);
  }
  const isDoubted = ({ turn, inTurn }: Asked, at: number) => inTurn && (after[turn - from] ?? 0) >= at;
  const sure = prompts.slice(0, answered).findIndex(isDoubted);
  return { prompts: sure < 0 ? answered : Math.max(sure, butLast), turns };
}
