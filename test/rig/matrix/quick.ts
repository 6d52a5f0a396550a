/** The part of the matrix that every test run plays: one cell of each kind, on one version. The longest first. */
import type { Cell } from './cell.ts';

/** Not the newest: one more version would be 200 MB more for every test run to fetch. */
const version = '2.1.329';

export const quickCells: readonly Cell[] = [
  { version, situation: 'flapping', column: 'all' },
  { version, situation: 'permission-dialog', column: 'all' },
  { version, situation: 'silent-command', column: 'pty-only' },
  { version, situation: 'pings-only', column: 'all' },
  { version, situation: 'editor-in-turn', column: 'all' },
  { version, situation: 'no-headers', column: 'all' },
  { version, situation: 'dead-mid-text', column: 'pty-only' },
  { version, situation: 'dead-after-tool', column: 'all' },
];
