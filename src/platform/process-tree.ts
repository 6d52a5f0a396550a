/**
 * Finds the agent's processes, and ends them for good.
 *
 * A Bash child of the agent leads a session of its own, and survives the agent's SIGKILL with another parent, in every
 * version. So descendants must be recorded before anything is killed, by pid *and* start time.
 */
import { isAlive, nameOf, type ProcessIdentity } from './process-identity.ts';
import { environmentOf, processTable, type TableEntry } from './process-table.ts';

export { type ProcessSample, sample } from './process-table.ts';

/** A descendant of the agent. */
export interface Descendant extends TableEntry {
  /** It is in another session than its ancestor. */
  readonly detached: boolean;
}

const pollMs = 20;
/** How long the kernel may take to carry out SIGKILL. A process in uninterruptible sleep takes longer. */
const killWaitMs = 2_000;
/** Nothing that is killed at each look starts others for so long. */
const maxLooks = 50;

/** All living descendants of a process, without the process itself. Parents come before their children. */
export function descendants(pid: number, table = processTable()): readonly Descendant[] {
  const children = new Map<number, TableEntry[]>();
  for (const entry of table) {
    const siblings = children.get(entry.parent);
    if (siblings) siblings.push(entry);
    else children.set(entry.parent, [entry]);
  }
  const session = table.find((entry) => entry.pid === pid)?.session;
  const found: Descendant[] = [];
  const pending = [pid];
  for (let parent = pending.shift(); parent !== undefined; parent = pending.shift()) {
    for (const child of children.get(parent) ?? []) {
      found.push({ ...child, detached: child.session !== session });
      pending.push(child.pid);
    }
  }
  return found;
}

/** The ancestors of a process, its parent first. */
export function ancestors(pid: number, table = processTable()): readonly ProcessIdentity[] {
  const all = new Map(table.map((entry) => [entry.pid, entry]));
  const found: ProcessIdentity[] = [];
  let entry = all.get(all.get(pid)?.parent ?? 0);
  for (; entry !== undefined && found.length < all.size; entry = all.get(entry.parent)) found.push(entry);
  return found;
}

/**
 * Living processes that were started with this variable in their environment. Linux only. Elsewhere none are found,
 * because environments of other processes cannot be read there.
 */
export function processesMarkedBy(
  variable: string,
  value: string,
  table = processTable(),
): readonly TableEntry[] {
  const mark = `${variable}=${value}`;
  return table.filter(({ pid }) => pid !== process.pid && environmentOf(pid).includes(mark));
}

/**
 * Ends these processes: SIGTERM, and after `graceMs` SIGKILL. A pid that belongs to another process by then is left
 * alone. A stopped process is continued, or it would never get SIGTERM.
 * @returns how many are still alive; 0 unless the kernel cannot end them
 */
export async function stopTree(
  records: readonly ProcessIdentity[],
  { graceMs }: { readonly graceMs: number },
): Promise<number> {
  if (graceMs > 0) {
    signalAll(records, 'SIGTERM');
    signalAll(records, 'SIGCONT');
    if ((await waitUntilGone(records, graceMs)) === 0) return 0;
  }
  signalAll(records, 'SIGKILL');
  return waitUntilGone(records, killWaitMs);
}

/**
 * Ends all that `look` finds, and then what they have started as they were being ended: a process may start another
 * between the look and its own end. What is found later gets no `graceMs`.
 * @param look lists those alive, anew at each call
 * @returns how many are still alive; 0 unless the kernel cannot end them
 */
export async function stopAll(
  look: () => readonly ProcessIdentity[],
  { graceMs }: { readonly graceMs: number },
): Promise<number> {
  const stopped = new Set<string>();
  let left = look();
  for (let looks = 0; looks < maxLooks && left.some((one) => !stopped.has(nameOf(one))); looks++) {
    await stopTree(left, { graceMs: looks === 0 ? graceMs : 0 });
    for (const one of left) stopped.add(nameOf(one));
    left = look();
  }
  return left.length;
}

function signalAll(records: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  for (const record of records) {
    if (!isAlive(record)) continue;
    try {
      process.kill(record.pid, signal);
    } catch {
      // it has just gone, or we may not signal it; the count at the end shows that
    }
  }
}

async function waitUntilGone(records: readonly ProcessIdentity[], limitMs: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const left = records.filter(isAlive).length;
    if (left === 0 || waitedMs >= limitMs) return left;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
