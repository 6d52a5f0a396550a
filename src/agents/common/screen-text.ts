/** Reads what different agents print on their screens in the same way. */

/** A duration, as a part of a pattern: `1h 2m 3s`, `5m`, `38 seconds`. */
export const duration = String.raw`\d+\s*(?:seconds?\b|[dhms]\b(?:\s+\d+[dhms]\b)*)`;

const unitsS: { readonly [unit: string]: number } = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** The seconds of a duration; undefined if the text holds none. */
export function secondsOf(text: string): number | undefined {
  const parts = partsOf(text);
  return parts.length === 0 ? undefined : parts.reduce((sum, [count, unitS]) => sum + count * unitS, 0);
}

/** The same, at most: agents leave out the small units of a long time. */
export function mostSecondsOf(text: string): number | undefined {
  const [, leastUnitS = 1] = partsOf(text).at(-1) ?? [];
  const seconds = secondsOf(text);
  return seconds === undefined ? undefined : seconds + leastUnitS - 1;
}

/** How many of which unit. */
const partsOf = (text: string): readonly (readonly [number, number])[] =>
  [...text.matchAll(/(\d+)\s*([dhms])/g)].map(([, count, unit = 's']) => [Number(count), unitsS[unit] ?? 1]);

/** A hash of the text: FNV-1a, 32 bits, as eight hexadecimal digits. */
export function fingerprintOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
