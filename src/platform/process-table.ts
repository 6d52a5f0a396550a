/** The processes of this machine, from the kernel or from ps. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { kernelNowMs, tickMs } from './kernel-clock.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface TableEntry extends ProcessIdentity {
  /** Pid of the process that started it or adopted it. */
  readonly parent: number;
  /** Session id. Outside Linux the process group, because ps shows no sessions there, and `setsid` begins both. */
  readonly session: string;
  /** Time since its start. Outside Linux, to the second. */
  readonly ageMs: number;
}

export interface ProcessSample {
  /** User and system time of the process itself, without its children. */
  readonly cpuMs: number;
  /** The kernel's letter for its state: R S D T Z … */
  readonly state: string;
  readonly rssBytes: number;
  /** How often its main thread has gone to sleep by itself since its start: an event loop does so all the time. */
  readonly yields?: number;
}

const pageBytes = 4_096;
/** A free pid is not reused before thousands of other processes have started. */
const trustedMs = 5_000;

/** All living processes. */
export function processTable(): readonly TableEntry[] {
  if (process.platform !== 'linux') return allFromPs();
  const nowMs = kernelNowMs();
  return allPids().flatMap((pid) => entryOf(pid, nowMs) ?? []);
}

/**
 * A process table that, when read again, reads only new processes and those that may have changed. A busy machine has
 * thousands of processes, and each is a file to read while keys and connections wait.
 * @returns all living processes; parent and session of those that are not in `changing` may be up to `trustedMs` old
 */
export function processTableReader(): (changing: ReadonlySet<number>) => readonly TableEntry[] {
  if (process.platform !== 'linux') return allFromPs;
  let known = new Map<number, TableEntry | null>();
  let readAtMs = 0;
  return (changing) => {
    const nowMs = kernelNowMs();
    if (nowMs - readAtMs > trustedMs) known = new Map();
    readAtMs = nowMs;
    const before = known;
    known = new Map(
      allPids().map((pid) => {
        const entry = changing.has(pid) ? undefined : before.get(pid);
        return [pid, entry === undefined ? entryOf(pid, nowMs) : entry];
      }),
    );
    return [...known.values()].flatMap((entry) =>
      entry === null ? [] : { ...entry, ageMs: nowMs - Number(entry.startTime) * tickMs },
    );
  };
}

const allPids = (): readonly number[] =>
  readdirSync('/proc').flatMap((name) => (/^\d/.test(name) ? Number(name) : []));

/** Null if the process is gone, including a zombie. */
function entryOf(pid: number, nowMs: number): TableEntry | null {
  const fields = statFields(pid);
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null;
  const [, parent, , session = ''] = fields;
  const startTime = fields[19] ?? '';
  const ageMs = Math.max(0, nowMs - Number(startTime) * tickMs);
  return { pid, parent: Number(parent), session, startTime, ageMs };
}

/** Pids of the children of a process, at little cost. Linux only; elsewhere empty. */
export function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) => {
    const text = readText(`/proc/${pid}/task/${thread}/children`).trim();
    return text === '' ? [] : text.split(' ').map(Number);
  });
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // the process is gone, or this is not Linux
  }
}

/** Null if there is no such process. */
export function sample(pid: number): ProcessSample | null {
  return process.platform === 'linux' ? sampleFromProc(pid) : sampleFromPs(pid);
}

/** The words of its command line; outside Linux split at blanks. Empty if it cannot be read. */
export function commandLine(pid: number): readonly string[] {
  const text =
    process.platform === 'linux'
      ? readText(`/proc/${pid}/cmdline`)
      : (ps('-o', 'command=', '-p', String(pid))[0] ?? '').trim().replaceAll(' ', '\0');
  return text.replace(/\0$/, '').split('\0');
}

/** The variables that it was started with, each as `NAME=value`. Empty outside Linux, and for others' processes. */
export function environmentOf(pid: number): readonly string[] {
  return process.platform === 'linux' ? readText(`/proc/${pid}/environ`).split('\0') : [];
}

/** Fields of /proc/PID/stat from the third (state) on. The name before it may contain blanks and brackets. */
function statFields(pid: number): readonly string[] | null {
  const stat = readStat(`/proc/${pid}/stat`);
  return stat === '' ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Some thirty bytes for each of its 52 fields would fit. */
const statBuffer = Buffer.allocUnsafeSlow(2_048);

/** The kernel writes the whole line at the first read, so the size need not be asked, and no second read is needed. */
function readStat(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      return statBuffer.toString('latin1', 0, readSync(file, statBuffer));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}

function sampleFromProc(pid: number): ProcessSample | null {
  const fields = statFields(pid);
  if (!fields) return null;
  const yields = /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(readText(`/proc/${pid}/status`))?.[1];
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs,
    state: fields[0] ?? '?',
    rssBytes: Number(fields[21]) * pageBytes,
    ...(yields !== undefined && { yields: Number(yields) }),
  };
}

/** Empty if it cannot be read, because the process is gone or not ours. */
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

function allFromPs(): readonly TableEntry[] {
  return ps('-axo', 'pid=,ppid=,pgid=,state=,lstart=').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/.exec(line);
    if (!match || match[4]?.startsWith('Z')) return [];
    const [, id, parent, session = '', , startTime = ''] = match;
    const pid = Number(id);
    const ageMs = Math.max(0, Date.now() - Date.parse(`${startTime} UTC`)) || 0;
    return [{ pid, parent: Number(parent), session, startTime, ageMs }];
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
