/**
 * `npm run fuzz -- [--target NAME] [--seconds N] [--seed S]`: bad inputs for everything that reads what somebody else
 * has written. None may throw, take longer than a few seconds, keep memory, or break a rule of its reader. What is
 * found is made small and kept in test/fixtures/fuzz, named by its content; the tests read all of it again.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { maxInputBytes } from './mutate.ts';
import { targets } from './targets.ts';
import type { Order, Report } from './worker.ts';

/** No input takes a hundredth of it: of computing, and of waiting on a machine that has no time for us. */
const maxCpuMs = 8_000;
const maxMs = 60_000;
const lookMs = 500;
/** The number of the input before the first. */
const none = -1;
const maxHeapMb = 512;

const { values } = parseArgs({
  options: { target: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
});
const seconds = Number(values.seconds ?? 30);
const seed = Number(values.seed ?? 1);
const names = values.target === undefined ? Object.keys(targets) : [values.target];
const unknown = names.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  process.stderr.write(`targets: ${Object.keys(targets).join(', ')}; --seconds N --seed S\n`);
  process.exit(2);
}

let found = 0;

function keep(target: string, number: number, why: string, input: Uint8Array): void {
  found++;
  const name = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const folder = join(process.cwd(), 'test', 'fixtures', 'fuzz', target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), input);
  process.stdout.write(`${target} ${number}: ${name} (${input.length} bytes)\n${why}\n\n`);
}

/** @returns the number of the next input */
function play(order: Order): Promise<number> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  const head = new Int32Array(order.shared, 0, 2);
  const current = () => new Uint8Array(order.shared, 8).slice(0, head[1]);
  return new Promise((resolve) => {
    let last = none;
    let since = Date.now();
    let cpu = process.cpuUsage();
    const begins = () => {
      since = Date.now();
      cpu = process.cpuUsage();
    };
    const end = (next: number) => {
      clearInterval(timer);
      resolve(next);
    };
    const lost = (why: string) => {
      const number = Atomics.load(head, 0);
      keep(order.target, number, why, current());
      end(number + 1);
    };
    const timer = setInterval(() => {
      const number = Atomics.load(head, 0);
      if (number !== last) {
        last = number;
        begins();
        return;
      }
      const computedMs = process.cpuUsage(cpu).user / 1_000;
      if (number === none || (computedMs < maxCpuMs && Date.now() - since < maxMs)) return;
      worker.removeAllListeners();
      void worker.terminate();
      lost(`no end after ${Math.round(computedMs)} ms of computing`);
    }, lookMs);
    worker.on('error', (error) => lost(String(error.stack ?? error)));
    worker.on('message', (report: Report) => {
      if (report.type === 'over') return end(report.next);
      begins();
      keep(order.target, report.number, report.why, report.input);
    });
  });
}

for (const target of names) {
  const began = Date.now();
  const untilMs = began + seconds * 1_000;
  let next = 0;
  while (Date.now() < untilMs) {
    const shared = new SharedArrayBuffer(8 + maxInputBytes);
    Atomics.store(new Int32Array(shared), 0, none);
    next = await play({ target, seed, from: next, untilMs, shared });
  }
  process.stdout.write(`${target}: ${next} inputs in ${Math.round((Date.now() - began) / 1_000)} s\n`);
}
process.exit(found === 0 ? 0 : 1);
