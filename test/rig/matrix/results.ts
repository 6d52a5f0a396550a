/** The results of the matrix. The last line of a cell holds. */
import { appendJsonLine, readJsonLines } from '../json-lines.ts';
import { type CellResult, nameOf } from './cell.ts';

export const readResults = (path: string): Map<string, CellResult> =>
  new Map(readJsonLines<CellResult>(path).map((result) => [nameOf(result), result]));

export const appendResult = (path: string, result: CellResult): void => appendJsonLine(path, result);
