/**
 * Whether the box that is seen holds a certain text. The screen wraps its rows, draws some characters otherwise, and
 * shows a long paste by a stand-in.
 */

/** Pictures may be drawn in part: what is compared is the rest. */
const unreliable =
  /\s|\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200d\ufe0e\ufe0f]|[\u{1f1e6}-\u{1f1ff}]/gu;

const bare = (text: string) => text.replace(unreliable, '');
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** @param standIn of a paste; matches any text */
export function showsText(shown: string, text: string, standIn: RegExp): boolean {
  const parts = shown.split(standIn).map((part) => escaped(bare(part)));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(bare(text));
}

/** The box shows at most the beginning of it: the rest has not been drawn. */
export function showsBeginning(shown: string, text: string): boolean {
  return bare(text).startsWith(bare(shown));
}
