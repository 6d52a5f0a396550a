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

/** A prompt on record. */
export interface Recorded {
  readonly text: string;
  /** It was taken into a turn that ran. */
  readonly joinsTurn?: true;
}

/** What the guard has said. */
export interface Own {
  readonly text: string;
  /** It goes on with the turn that was interrupted before it, so what it stands in has no turn of its own. */
  readonly goesOn: boolean;
}

/**
 * @param recorded prompts on record, in order; other prompts may be among them
 * @param own what the guard has said; the agent may have recorded it together with a prompt
 */
export function findOnRecord(
  prompts: readonly string[],
  recorded: readonly Recorded[],
  own: readonly Own[] = [],
): OnRecord {
  const said = prompts.map(squeezed);
  const words = own.map(({ text, goesOn }) => ({ text: squeezed(text), goesOn }));
  const without = words.filter(({ text }) => text !== '');
  const known = recorded.map(({ text }) =>
    without.reduce((rest, each) => rest.replaceAll(each.text, ''), squeezed(text)),
  );
  const goesOn = (at: number) => {
    const text = squeezed(recorded[at]?.text ?? '');
    return without.some((each) => each.goesOn && text.includes(each.text));
  };
  const longest = Math.max(0, ...known.map(({ length }) => length));
  let taken: OnRecord = { prompts: 0, turns: 0 };
  let next = 0;
  for (let first = 0; first < said.length; first++) {
    let run = '';
    for (let last = first; last < said.length && run.length <= longest; last++) {
      run += said[last];
      const at = known.indexOf(run, next);
      if (at < 0) continue;
      const own = recorded[at]?.joinsTurn || goesOn(at) ? 0 : 1;
      taken = { prompts: last + 1, turns: taken.turns + (first - taken.prompts) + own };
      next = at + 1;
      first = last;
      break;
    }
  }
  return taken;
}
