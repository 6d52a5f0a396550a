/**
 * The results: one JSON line per cell, appended as soon as the cell is done, so that a run can be broken off and
 * continued. The last line of a cell holds.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CellResult, nameOf } from './cell.ts';

export function readResults(path: string): Map<string, CellResult> {
  const results = new Map<string, CellResult>();
  for (const line of linesOf(path)) {
    if (line === '') continue;
    const result = JSON.parse(line) as CellResult; // written below, by this program
    results.set(nameOf(result), result);
  }
  return results;
}

export function appendResult(path: string, result: CellResult): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(result)}\n`);
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return []; // no run yet
  }
}
