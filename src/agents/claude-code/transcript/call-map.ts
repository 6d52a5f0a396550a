import type { Row } from './index.ts';

/** Finds calls and their results in the main conversation. */
export interface CallMap {
  linesOf(toolUseId: string): readonly Row[];
  resultsOf(toolUseId: string): readonly Row[];
  /** Lines with calls, by message. */
  callLines(messageId: string): readonly Row[];
}

interface RowsById {
  put(id: string, row: Row): void;
  get(id: string): readonly Row[];
}

/** Nearly every id has one row, which is stored without a list. */
function createRowsById(): RowsById {
  const rows = new Map<string, Row | Row[]>();
  return {
    put(id, row) {
      const known = rows.get(id);
      if (Array.isArray(known)) known.push(row);
      else rows.set(id, known === undefined ? row : [known, row]);
    },
    get(id) {
      const known = rows.get(id);
      return Array.isArray(known) ? known : known === undefined ? [] : [known];
    },
  };
}

export function mapCalls(rows: readonly Row[]): CallMap {
  const linesOf = createRowsById();
  const resultsOf = createRowsById();
  const callLines = createRowsById();
  for (const row of rows) {
    if (row.side) continue;
    for (const id of row.uses) linesOf.put(id, row);
    for (const id of row.results) resultsOf.put(id, row);
    if (row.uses.length > 0 && row.messageId !== null) callLines.put(row.messageId, row);
  }
  return { linesOf: linesOf.get, resultsOf: resultsOf.get, callLines: callLines.get };
}
