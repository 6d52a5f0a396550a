/** Keeps the beginning of a stream for its first observer, which is loaded while the stream already flows. */

export interface Early<Piece> {
  /** Does nothing after `take`, and drops the piece once the limit is reached. */
  keep(piece: Piece, bytes: number): void;
  /** What is kept so far. */
  pieces(): readonly Piece[];
  /** Hands out what is kept, once. `gap`: there was more than could be kept. */
  take(): { readonly pieces: readonly Piece[]; readonly gap: boolean };
}

export function createEarly<Piece>(maxBytes: number): Early<Piece> {
  let pieces: Piece[] = [];
  let kept = 0;
  let isTaken = false;
  return {
    keep(piece, bytes) {
      if (isTaken) return;
      kept += bytes;
      if (kept <= maxBytes) pieces.push(piece);
    },
    pieces: () => pieces,
    take() {
      const taken = { pieces, gap: kept > maxBytes };
      isTaken = true;
      pieces = [];
      kept = 0;
      return taken;
    },
  };
}
