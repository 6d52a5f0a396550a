/**
 * Collects this thread's garbage as soon as there is some. Left to itself, node lets the heap grow to several times its
 * live data before it collects the old generation.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const lookMs = 10;
const megabyte = 1024 * 1024;
/**
 * Of a file of 200 MB with records of 2 KB, some 30 MB are alive at the end. A value of 4 MB costs a tenth more
 * computing and saves no memory.
 */
const garbageBytes = 6 * megabyte;
/** A heap below this is left alone: while a file is read, nearly all of it stays alive. */
const smallBytes = 30 * megabyte;

export function collectOften(): void {
  setFlagsFromString('--expose-gc'); // only contexts that are created from now on see it
  const collect: () => void = runInNewContext('gc');
  // The young generation fills and empties itself all the time.
  const used = () =>
    getHeapSpaceStatistics().reduce((sum, { space_name, space_used_size }) => {
      return space_name.startsWith('new_') ? sum : sum + space_used_size;
    }, 0);
  let alive = used();
  setInterval(() => {
    if (used() < Math.max(smallBytes, alive + garbageBytes)) return;
    collect();
    alive = used();
  }, lookMs).unref();
}
