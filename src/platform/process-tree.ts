/**
 * The agent's processes: who they are, what they use, and how they are ended for good.
 *
 * A Bash child of the agent is the leader of a session of its own and survives the agent's SIGKILL re-parented (lab
 * notes §2): descendants must be recorded before anything is killed, by pid *and* start time, and whoever slipped
 * through is found by a variable of the agent's environment that all its children inherit.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { isAlive, type ProcessIdentity } from './process-identity.ts';

export interface ProcessSample {
  /** User and system time of the process itself, without its children. */
  readonly cpuMs: number;
  /** State letter of the kernel: R S D T Z … */
  readonly state: string;
  readonly rssBytes: number;
}

/** A descendant of the agent's. */
export interface Descendant extends ProcessIdentity {
  /** Pid of the one that started it. */
  readonly parent: number;
  /** In another session than its ancestor. */
  readonly apart: boolean;
  /** Since its start; to the second outside Linux. */
  readonly ageMs: number;
}

interface Entry {
  readonly pid: number;
  readonly parent: number;
  /** Session id; outside Linux the process group, because ps names no sessions there: `setsid` begins both. */
  readonly session: string;
  readonly ageMs: number;
  readonly identity: ProcessIdentity;
}

/** Linux counts process times in hundredths of a second for user space, whatever the kernel's own clock (proc(5)). */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;
const POLL_MS = 20;
/** How long the kernel may take to carry out SIGKILL; a process in uninterruptible sleep takes longer. */
const KILL_WAIT_MS = 2_000;

/** All living descendants of a process, itself not included; parents come before their children. */
export function descendants(pid: number): readonly Descendant[] {
  const children = new Map<number, Entry[]>();
  const all = allProcesses();
  const session = all.find((entry) => entry.pid === pid)?.session;
  for (const entry of all) {
    const siblings = children.get(entry.parent);
    if (siblings) siblings.push(entry);
    else children.set(entry.parent, [entry]);
  }
  const found: Descendant[] = [];
  const pending = [pid];
  for (let parent = pending.shift(); parent !== undefined; parent = pending.shift()) {
    for (const child of children.get(parent) ?? []) {
      found.push({ ...child.identity, parent, apart: child.session !== session, ageMs: child.ageMs });
      pending.push(child.pid);
    }
  }
  return found;
}

/** Those that a process descends from, its parent first. */
export function ancestors(pid: number): readonly ProcessIdentity[] {
  const all = new Map(allProcesses().map((entry) => [entry.pid, entry]));
  const found: ProcessIdentity[] = [];
  let entry = all.get(all.get(pid)?.parent ?? 0);
  for (; entry !== undefined && found.length < all.size; entry = all.get(entry.parent))
    found.push(entry.identity);
  return found;
}

/** Null when there is no such process. */
export function sample(pid: number): ProcessSample | null {
  return process.platform === 'linux' ? sampleFromProc(pid) : sampleFromPs(pid);
}

/**
 * Living processes that carry this variable in their environment, as it was when they were started.
 * Linux only; elsewhere nobody is found, as foreign environments cannot be read there.
 */
export function processesMarkedBy(variable: string, value: string): readonly ProcessIdentity[] {
  if (process.platform !== 'linux') return [];
  const mark = `${variable}=${value}`;
  return allProcesses()
    .filter(({ pid }) => pid !== process.pid && readText(`/proc/${pid}/environ`).split('\0').includes(mark))
    .map(({ identity }) => identity);
}

/**
 * Ends these processes: SIGTERM, after `graceMs` SIGKILL. A pid that meanwhile belongs to somebody else is left
 * alone. A stopped process is continued, or it would never see SIGTERM.
 * @returns how many are still alive; 0 unless the kernel cannot end them.
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
  return waitUntilGone(records, KILL_WAIT_MS);
}

function signalAll(records: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  for (const record of records) {
    if (!isAlive(record)) continue;
    try {
      process.kill(record.pid, signal);
    } catch {
      // gone in this very moment, or not ours to signal: the count at the end tells
    }
  }
}

async function waitUntilGone(records: readonly ProcessIdentity[], limitMs: number): Promise<number> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    const left = records.filter(isAlive).length;
    if (left === 0 || waitedMs >= limitMs) return left;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function allProcesses(): readonly Entry[] {
  if (process.platform !== 'linux') return allFromPs();
  const bootMs = uptime() * 1_000;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const fields = statFields(Number(name));
      if (!fields || fields[0] === 'Z' || fields[0] === 'X') return [];
      const pid = Number(name);
      return [
        {
          pid,
          parent: Number(fields[1]),
          session: fields[3] ?? '',
          ageMs: Math.max(0, bootMs - Number(fields[19]) * TICK_MS),
          identity: { pid, startTime: fields[19] ?? '' },
        },
      ];
    });
}

/** Fields of /proc/PID/stat from the third (state) on; the name before it may hold blanks and brackets. */
function statFields(pid: number): readonly string[] | null {
  const stat = readText(`/proc/${pid}/stat`);
  return stat === '' ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function sampleFromProc(pid: number): ProcessSample | null {
  const fields = statFields(pid);
  if (!fields) return null;
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS,
    state: fields[0] ?? '?',
    rssBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

/** Empty when it cannot be read: the process is gone or not ours. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function ps(...args: readonly string[]): readonly string[] {
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const text = execFileSync('ps', [...args], { encoding: 'utf8', env, stdio: [...stdio], timeout: 2_000 });
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch {
    return [];
  }
}

function allFromPs(): readonly Entry[] {
  return ps('-axo', 'pid=,ppid=,pgid=,state=,lstart=').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, id, parent, session = '', , startTime = ''] = match;
    const pid = Number(id);
    const ageMs = Math.max(0, Date.now() - Date.parse(`${startTime} UTC`)) || 0;
    return [{ pid, parent: Number(parent), session, ageMs, identity: { pid, startTime } }];
  });
}

function sampleFromPs(pid: number): ProcessSample | null {
  const [line = ''] = ps('-o', 'state=,rss=,time=', '-p', String(pid));
  const match = /^\s*(\S)\S*\s+(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):([\d.]+)/.exec(line);
  if (!match) return null;
  const [, state = '?', rss, days = '0', hours = '0', minutes, seconds] = match;
  const cpuS = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return { cpuMs: cpuS * 1_000, state, rssBytes: Number(rss) * 1_024 };
}
