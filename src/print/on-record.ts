/**
 * Which prompts of the input are on record. An agent takes them in their order: one at a time (2.1.38), or all that are
 * waiting as one prompt (2.1.197 and later). Pure.
 */
import type { PrintedPrompt } from '../agents/contract/pipes.ts';
import { squeezed } from '../person/same-text.ts';

export interface OnRecord {
  /**
   * So many prompts have been taken. What the agent records in other words (a command) precedes what it recorded later.
   */
  readonly prompts: number;
  /** For each turn that they have made: how many it and those before it have taken. */
  readonly turns: readonly number[];
}

/** A prompt on record. */
export interface Recorded {
  readonly text: string;
  /** Missing: only the text is known. */
  readonly images?: number;
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
  prompts: readonly PrintedPrompt[],
  recorded: readonly Recorded[],
  own: readonly Own[] = [],
): OnRecord {
  const said = prompts.map(({ text, images }) => ({ text: squeezed(text), images }));
  // What was not recorded is said again, with more: so the longest first, and of the same words the latest.
  const words = own
    .map(({ text, goesOn }) => ({ text: squeezed(text), goesOn }))
    .filter(({ text }) => text !== '')
    .toReversed()
    .toSorted((a, b) => b.text.length - a.text.length);
  const known = recorded.map(({ text: whole, images }) => {
    let text = squeezed(whole);
    let goesOn = false;
    for (const each of words) {
      if (!text.includes(each.text)) continue;
      text = text.replaceAll(each.text, '');
      goesOn ||= each.goesOn;
    }
    return { text, images, goesOn };
  });
  const longest = Math.max(0, ...known.map(({ text }) => text.length));
  let next = 0;
  /** Where these prompts from `first` on stand as one. Agents may change images, so in the end only the words count. */
  const find = (first: number, isExact: boolean): { readonly last: number; readonly at: number } | null => {
    let text = '';
    let images = 0;
    let isAllText = true;
    let found: { readonly last: number; readonly at: number } | null = null;
    for (let last = first; last < said.length && text.length <= longest; last++) {
      text += said[last]?.text;
      images += said[last]?.images ?? 0;
      isAllText &&= said[last]?.text !== '';
      const hasImages = (each: (typeof known)[number]) =>
        each.images === undefined
          ? isAllText || (first === last && !each.goesOn) // an image taken together with words does not show
          : each.images === images;
      const at = known.findIndex(
        (each, index) => index >= next && each.text === text && (isExact ? hasImages(each) : isAllText),
      );
      // What looks like the first alone may be a later prompt.
      if (at >= 0 && at < (found?.at ?? known.length)) found = { last, at };
    }
    return found;
  };
  let prompted = 0;
  const turns: number[] = [];
  for (let first = 0; first < said.length; first++) {
    const found = find(first, true) ?? find(first, false);
    if (found === null) continue;
    const { last, at } = found;
    const inOtherWords = Array.from({ length: first - prompted }, (_, index) => prompted + index + 1);
    prompted = last + 1;
    turns.push(...inOtherWords);
    const isOfLastTurn = recorded[at]?.joinsTurn || known[at]?.goesOn;
    if (isOfLastTurn) turns.pop();
    turns.push(prompted);
    next = at + 1;
    first = last;
  }
  return { prompts: prompted, turns };
}
