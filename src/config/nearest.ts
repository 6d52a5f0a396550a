/** The word in a list that a mistyped word most likely means, for "did you mean …?". Pure. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const typed = word.toLowerCase();
  // If more than a third of the letters differ, a suggestion misleads more than it helps.
  let limit = Math.max(1, Math.floor(typed.length / 3)) + 1;
  let best: string | null = null;
  for (const candidate of words) {
    const distance = editDistance(typed, candidate.toLowerCase(), limit);
    if (distance < limit) {
      limit = distance;
      best = candidate;
    }
  }
  return best;
}

/** Levenshtein distance; numbers at or above `limit` are not exact. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? limit;
}
