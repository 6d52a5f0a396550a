/** Who looks at a stream is loaded while it flows already: what came before is kept for the first one, up to a bound. */

export interface Early<Piece> {
  /** Nothing is kept once it has been taken, nor after a gap. */
  keep(piece: Piece, bytes: number): void;
  /** What is kept now. */
  pieces(): readonly Piece[];
  /** What came before, handed out once. `gap`: there was more. */
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
