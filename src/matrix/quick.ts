/** The part of the matrix that every test run plays: one cell of each kind, on the newest version. */
import type { Cell } from './cell.ts';

const situations = ['dead-mid-text', 'no-headers', 'permission-dialog', 'silent-command', 'idle'];

export function isQuick({ version, situation, senses }: Cell): boolean {
  return (
    version === '2.1.329' && situations.includes(situation) && (senses === 'all' || senses === 'pty-only')
  );
}
