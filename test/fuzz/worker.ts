/**
 * Reads inputs one after the other, in a thread that can be ended when one takes for ever. The input is put where the
 * main thread finds it, so that also one that kills the thread is known.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { mutator } from './mutate.ts';
import { targets } from './targets.ts';

export interface Order {
  readonly target: string;
  readonly seed: number;
  /** Number of the first input. */
  readonly from: number;
  readonly untilMs: number;
  /** Int32: number of the input, its length; then its bytes. */
  readonly shared: SharedArrayBuffer;
}

export type Report =
  | { readonly type: 'found'; readonly number: number; readonly why: string; readonly input: Uint8Array }
  | { readonly type: 'over'; readonly next: number };

/** Of the whole process; what is kept of an input is kept for ever. */
const maxGrowthBytes = 512 * 1024 * 1024;

const { target: name, seed, from, untilMs, shared } = workerData as Order;
const target = targets[name];
if (!target) throw new Error(`no target ${name}`);
const head = new Int32Array(shared, 0, 2);
const bytes = new Uint8Array(shared, 8);
const tell = (report: Report) => parentPort?.postMessage(report);

const folder = mkdtempSync(join(tmpdir(), 'guarded-fuzz-'));
const opened = await target.open(folder);
const inputOf = mutator(target, seed);

async function failure(input: Buffer): Promise<string | null> {
  try {
    await opened.read(input);
    return null;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

/** What is left of a failure when line numbers and values are gone. */
const kindOf = (why: string) => (why.split('\n')[0] ?? '').replaceAll(/[\d"'].*/g, '');

/** The same failure with as little as possible around it. */
async function smallest(input: Buffer, why: string): Promise<Buffer> {
  let best = input;
  for (let size = best.length >> 1; size > 0; size >>= 1) {
    for (let at = 0, tries = 0; at < best.length && tries < 64; tries++) {
      const less = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      const next = await failure(less);
      if (next !== null && kindOf(next) === kindOf(why)) best = less;
      else at += size;
    }
  }
  return best;
}

let number = from;
let base = process.memoryUsage.rss();
const seen = new Set<string>();
for (; Date.now() < untilMs; number++) {
  const input = inputOf(number);
  bytes.set(input.subarray(0, bytes.length));
  head[1] = input.length;
  Atomics.store(head, 0, number);
  const why = await failure(input);
  if (why !== null && !seen.has(kindOf(why))) {
    seen.add(kindOf(why));
    tell({ type: 'found', number, why, input: await smallest(input, why) });
  }
  const rss = process.memoryUsage.rss();
  if (number - from === 100) base = rss; // everything is loaded by then
  if (rss - base > maxGrowthBytes) {
    tell({ type: 'found', number, why: `the process grew by ${rss - base} bytes`, input });
    break;
  }
}
await opened.close();
rmSync(folder, { recursive: true, force: true });
tell({ type: 'over', next: number });
