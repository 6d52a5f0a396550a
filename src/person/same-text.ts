/**
 * Whether two texts are the same, and whether the box on the screen holds a certain text. The screen wraps rows, draws
 * some characters differently, and shows a stand-in for a long paste. Pure.
 */

/** Characters that may not be drawn as they are, such as emoji. Only the rest is compared. */
const unreliable =
  /\s|\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200d\ufe0e\ufe0f]|[\u{1f1e6}-\u{1f1ff}]/gu;

const bare = (text: string) => text.replace(unreliable, '');
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** @param standIn what stands for a paste; it matches any text */
export function showsText(shown: string, text: string, standIn: RegExp): boolean {
  return new RegExp(`^${drawn(shown, standIn)}$`, 'su').test(bare(text));
}

/** Whether the box shows the beginning of the text; the rest may not have been drawn. */
export function showsBeginning(shown: string, text: string, standIn: RegExp): boolean {
  return new RegExp(`^${drawn(shown, standIn)}`, 's').test(bare(text)); // it may end in half a character
}

const drawn = (shown: string, standIn: RegExp) =>
  shown
    .split(standIn)
    .map((part) => escaped(bare(part)))
    .join('.*');

/**
 * The messages that make up a text, in their order: the agent sends its queue as one text, and an interrupt may put the
 * text that was sent last before it. Empty: the text is made of something else. White space does not count.
 */
export function partsOf<Message extends { readonly text: string }>(
  text: string,
  last: string | null,
  messages: readonly Message[],
): ReadonlySet<Message> {
  const whole = squeezed(text);
  const made = (rest: string, from: number): readonly Message[] | null => {
    if (rest === '') return [];
    for (const [at, message] of messages.entries()) {
      const part = squeezed(message.text);
      if (at < from || part === '' || !rest.startsWith(part)) continue;
      const others = made(rest.slice(part.length), at + 1);
      if (others !== null) return [message, ...others];
    }
    return null;
  };
  const first = squeezed(last ?? '');
  const isBehindLast = first !== '' && whole.startsWith(first);
  return new Set(made(whole, 0) ?? (isBehindLast ? made(whole.slice(first.length), 0) : null) ?? []);
}

/** Agents change the white space of what they are sent, and put some between texts that they join. */
export const squeezed = (text: string): string => text.replace(/\s+/g, '');

/** Whether two texts are the same words. */
export const isSame = (text: string, other: string): boolean => squeezed(text) === squeezed(other);
