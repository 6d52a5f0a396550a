/** Reads what different agents print on their screens in the same way. */

/** Seconds of `1h 2m 3s`; undefined if the text holds no duration. */
export function secondsOf(text: string): number | undefined {
  const [found, hours, minutes, seconds] = /(?:(\d+)h)? ?(?:(\d+)m)? ?(?:(\d+)s)?/.exec(text) ?? [];
  if (!found?.trim()) return undefined;
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
}

/** A hash of the text: FNV-1a, 32 bits, as eight hexadecimal digits. */
export function fingerprintOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
