/**
 * Compact sets of rows, and numbers for rows, indexed by the row's place in the file. A conversation has hundreds of
 * thousands of rows, and a repair asks many times which of them it has passed. Valid only while no row is removed.
 */
import type { Row } from './index.ts';

export interface RowSet {
  has(row: Row): boolean;
  /** @returns whether the row is new in the set */
  add(row: Row): boolean;
}

/**
 * One bit per row.
 * @param count of the rows that the set will probably have to hold
 */
export function createRowSet(rows: Iterable<Row> = [], count = 8_192): RowSet {
  let bits = new Uint8Array((count >> 3) + 1);
  const has = ({ order }: Row) => ((bits[order >> 3] ?? 0) & (1 << (order & 7))) !== 0;
  const add = (row: Row) => {
    if (has(row)) return false;
    const place = row.order >> 3;
    if (place >= bits.length) {
      const grown = new Uint8Array(Math.max(place + 1, bits.length * 2));
      grown.set(bits);
      bits = grown;
    }
    bits[place] = (bits[place] ?? 0) | (1 << (row.order & 7));
    return true;
  };
  for (const row of rows) add(row);
  return { has, add };
}

/** The place of each row in `chain`; -1 if it is not in there. */
export function placesIn(chain: readonly Row[]): (row: Row) => number {
  const places = new Int32Array(chain.reduce((most, { order }) => Math.max(most, order), -1) + 1).fill(-1);
  let place = 0;
  for (const { order } of chain) places[order] = place++;
  return ({ order }) => places[order] ?? -1;
}
