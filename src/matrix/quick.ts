/** The part of the matrix that every test run plays: one cell of each kind, on one version. The longest first. */
import type { Cell } from './cell.ts';

/** Not the newest: one more version would be 200 MB more for every test run to fetch. */
const version = '2.1.329';

export const quickCells: readonly Cell[] = [
  { version, situation: 'flapping', senses: 'all' },
  { version, situation: 'permission-dialog', senses: 'all' },
  { version, situation: 'silent-command', senses: 'pty-only' },
  { version, situation: 'pings-only', senses: 'all' },
  { version, situation: 'no-headers', senses: 'all' },
  { version, situation: 'dead-mid-text', senses: 'pty-only' },
  { version, situation: 'dead-after-tool', senses: 'all' },
];
