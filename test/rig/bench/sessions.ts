/** What the guard costs in whole sessions: the simulated agent and API, as in a drill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { say } from '../../../src/drill/api/scenario.ts';
import { type BareStage, on, onBare } from './stages.ts';
import { cpuMsOf } from './usage.ts';

/** A word each 50 ms, for longer than anybody measures. */
export const stream = say('and so on '.repeat(20_000), 50);

/** Milliseconds of processor time per second while an answer streams and a spinner turns. */
async function busy(stage: BareStage, forMs: number): Promise<number> {
  stage.api.enqueue(stream);
  await stage.submit('please go on');
  await stage.terminal.waitFor('and so on and so on');
  await sleep(2_000);
  const { pid } = stage.terminal;
  const before = cpuMsOf(pid);
  await sleep(forMs);
  return ((cpuMsOf(pid) - before) / forMs) * 1_000;
}

export const guardBusy = (forMs: number): Promise<number> => on({}, (stage) => busy(stage, forMs));

export const bareBusy = (forMs: number): Promise<number> => onBare(null, (stage) => busy(stage, forMs));

/** Of so many sessions that are busy at the same time. */
export interface Many {
  /** Of the guards, or of what stands in their place. */
  readonly cpuMsPerS: number;
  /** Of the agents, and of the process with their APIs and outer terminals. */
  readonly restMsPerS: number;
  readonly pssMib: number;
  readonly incidents: number;
}

/**
 * @param contender the guard, or the bare pass-through in its place
 * @param beside something to be done while they are busy
 */
export async function many<Result>(
  contender: string,
  sessions: number,
  forMs: number,
  beside: () => Promise<Result>,
): Promise<{ readonly many: Many; readonly beside: Result }> {
  const program = fileURLToPath(new URL('./many.js', import.meta.url));
  const child = spawn(process.execPath, [program, contender, String(sessions), String(forMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  if ((await lines.next()).done) throw new Error('the sessions did not start');
  const result = await beside();
  const { value } = await lines.next();
  await once(child, 'exit');
  return { many: JSON.parse(value ?? '') as Many, beside: result };
}
