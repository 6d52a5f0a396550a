/** Some of the table of the Agent SDK, one cell of each kind that nothing else plays. All of it: `npm run sdk`. */
import { describe, expect, test } from 'vitest';
import { missing } from '../../support/real-agent.ts';
import { type Cell, faultsOf, nameOf } from './cell.ts';
import { sdkPath } from './host.ts';
import { playCell } from './play.ts';

const guarded = true;
const newer = '2.1.332';
const older = '2.1.126';

const cells: readonly Cell[] = [
  { version: newer, phase: 'before init', trouble: 'killed', guarded },
  { version: older, phase: 'before a prompt', trouble: 'killed', guarded },
  { version: newer, phase: 'asking a person', trouble: 'stopped', guarded },
  { version: older, phase: 'in a tool', trouble: 'dead stream', guarded },
];

describe.concurrent('under the Agent SDK the host notices nothing', { timeout: 150_000 }, () => {
  test
    .skipIf(missing(newer) || missing(older) || sdkPath() === null)
    .each(cells.map((cell) => [nameOf(cell), cell] as const))('%s', async (_, cell) => {
    expect(faultsOf(await playCell(cell))).toEqual([]);
  });
});
