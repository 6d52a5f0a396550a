/**
 * Collects the garbage of this thread as soon as there is some. Left to itself the heap grows to several times what is
 * alive before its old generation is looked at, as no other work is slowed down by its size.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const lookMs = 10;
const megabyte = 1024 * 1024;
/** Of 228 MB with records of 2 KB, 34 MB are alive at the end. With 4 it takes a tenth more computing, and no less memory. */
const garbageBytes = 6 * megabyte;

export function collectOften(): void {
  setFlagsFromString('--expose-gc'); // only contexts that are made from now on see it
  const collect: () => void = runInNewContext('gc');
  const used = () => getHeapStatistics().used_heap_size;
  let alive = used();
  setInterval(() => {
    if (used() < alive + garbageBytes) return;
    collect();
    alive = used();
  }, lookMs).unref();
}
