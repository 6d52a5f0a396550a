/**
 * What a guard may leave behind: nothing. An eye of its own on modes, terminal settings and processes, so that the
 * guard's bookkeeping is not judged by itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { modesLeftOn } from '../rig/aftermath.ts';

export { watchedRun } from '../rig/aftermath.ts';

/** @param output everything that the terminal got · @param folder that of `watchedRun` */
export async function expectNothingLeft(output: Buffer, folder: string, run: string): Promise<void> {
  expect(modesLeftOn(output.toString('latin1')), 'modes left on').toEqual([]);
  const tty = (when: string) => readFileSync(join(folder, `tty-${when}`), 'utf8');
  expect(tty('after')).toBe(tty('before'));
  // A hook of the agent's own end may be about to end, too.
  for (let tries = 0; tries < 30 && processesMarkedBy(runVariable, run).length > 0; tries++) await sleep(100);
  const names = processesMarkedBy(runVariable, run).map(({ pid }) => commandOf(pid));
  expect(names, 'processes left behind').toEqual([]);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return `${pid}`; // gone meanwhile, or no Linux
  }
}
