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

/**
 * A shell program that runs its arguments and notes the terminal's settings before and after in the folder `$0`. It
 * outlives a Ctrl+C that comes when the terminal is its own again, and so does its last look.
 */
export const watchedRun =
  'trap : INT; stty -g >"$0/tty-before"; "$@"; code=$?; trap "" INT; stty -g >"$0/tty-after"; exit $code';

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

/** On when a terminal is fresh: wrap at the margin, visible cursor. */
const onByDefault = new Set(['7', '25']);

/** The private modes, and pushed keyboard protocols, that a stream of output leaves other than it found them. */
function modesLeftOn(output: string): readonly string[] {
  const changed = new Set<string>();
  let keyboards = 0;
  for (const [, prefix, parameters = '', final] of output.matchAll(/\x1b\[([?<>]?)([\d;]*)([hlu])/g)) {
    if (prefix === '?' && final !== 'u') {
      for (const mode of parameters.split(';')) {
        if ((final === 'h') === onByDefault.has(mode)) changed.delete(mode);
        else changed.add(mode);
      }
    } else if (final === 'u' && prefix === '>') keyboards += 1;
    else if (final === 'u' && prefix === '<')
      keyboards = Math.max(0, keyboards - Math.max(1, Number(parameters)));
  }
  return [...changed].map((mode) => `?${mode}`).concat(keyboards > 0 ? [`${keyboards} keyboards`] : []);
}
