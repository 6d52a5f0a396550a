/** What a process uses, as the kernel counts. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { descendants } from '../../../src/platform/process-tree.ts';

/** All threads: what the scheduler counts in nanoseconds (first field of schedstat). */
export function cpuMsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6)
    .reduce((sum, ms) => sum + ms, 0);
}

/** Its share of the memory that it uses together with others. */
export function pssMibOf(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kib) / 1_024;
}

/** The simulated agents that run below a process. */
export const agentsBelow = (pid: number): readonly number[] =>
  descendants(pid)
    .filter((below) => commandLineOf(below.pid).includes('simulated-agent.js'))
    .map((below) => below.pid);

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // a helper of the agent's that has ended meanwhile
  }
}
