/**
 * The status file: what a session is doing now, as one small JSON object that is replaced as a whole on every change.
 * Readers (`guardctl sessions`, `watch`, a status line, a probe) need nothing else. Pid and start time tell a dead
 * guard's file from a live one's, where the pid counts.
 */
import { replaceFile, replaceFileSync } from '../platform/atomic-file.ts';

/** Every state that a session can be shown in, with its meaning for people. */
export const sessionStates = {
  starting: 'the agent starts',
  idle: 'the agent waits for you',
  working: 'a turn runs',
  blocked: 'the agent asks you something',
  waiting: 'the agent or the guard waits for the network, a retry or a limit',
  suspect: 'signs of a freeze; the guard looks closer',
  recovering: 'the guard brings the agent back',
  paused: 'the guard watches, but does not act',
  gave_up: 'the guard could not help; a person must',
  ended: 'over',
} as const;
export type SessionState = keyof typeof sessionStates;

export interface Status {
  readonly run: string;
  readonly session_id: string | null;
  /** Pid of the guard. */
  readonly pid: number;
  /** Start time of that process, opaque. */
  readonly start_time: string;
  /** Where that pid counts, opaque. Null: unknown, or the guard has ended. */
  readonly place: string | null;
  /** When the run began (ISO 8601). Its name holds neither the year nor the second. */
  readonly started_at: string;
  readonly agent: string;
  readonly agent_pid: number | null;
  readonly agent_version: string | null;
  readonly guard_version: string;
  readonly cwd: string;
  readonly state: SessionState;
  /** When it entered this state (ISO 8601). */
  readonly since: string;
  /** When this file was written; ages below count from here. */
  readonly updated_at: string;
  /** Number of incidents in this run. */
  readonly incidents: number;
  /** For people: `connection lost, retrying (attempt 2/5), next in 4 s`. */
  readonly message: string | null;
  readonly attempt: { readonly n: number; readonly of: number | null; readonly next_in_ms: number } | null;
  /** Silence as of `updated_at`. While it only grows with time, the file is not written again. */
  readonly connection: { readonly open: number; readonly silent_ms: number | null } | null;
  readonly tokens: number | null;
  /** Which senses and cures are on in this run. */
  readonly switches: Readonly<Record<string, boolean>>;
  /** The words of the command that continues the conversation, without the person's arguments. Null: none does. */
  readonly resume: readonly string[] | null;
}

/** What changes during a run; this file adds the times. */
export type StatusChange = Partial<
  Omit<Status, 'run' | 'pid' | 'start_time' | 'place' | 'started_at' | 'since' | 'updated_at'>
>;

export interface StatusFile {
  update(change: StatusChange): void;
  /** Writes the last change synchronously and stops. */
  close(change?: StatusChange): void;
}

export interface StatusOptions {
  readonly path: string;
  readonly initial: Omit<Status, 'started_at' | 'since' | 'updated_at'>;
  /** Called once. The file may be written again when there is space. */
  readonly onFailure: (detail: string) => void;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

/** Figures change all the time and are written once a second. Changes that people wait for are written sooner. */
const figures: ReadonlySet<string> = new Set(['connection', 'tokens']);
const soonMs = 100;
const figuresMs = 1_000;
/** Tolerance for the jitter of the ticks that report the silence. */
const agedMs = 1_000;

export function openStatus({ path, initial, onFailure, now = Date.now }: StatusOptions): StatusFile {
  const instant = () => new Date(now()).toISOString();
  let status: Status = { ...initial, started_at: instant(), since: instant(), updated_at: instant() };
  let open = true;
  let failed = false;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing = false;
  /** When the connection and the attempt were last reported, on this process's clock. */
  let toldAt = 0;

  const report = (error: unknown) => {
    if (!failed) onFailure(error instanceof Error ? error.message : String(error));
    failed = true;
  };
  const content = () => {
    status = { ...status, updated_at: instant() };
    return `${JSON.stringify(status)}\n`;
  };
  const stopTimer = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
  };
  const writeNow = () => {
    stopTimer();
    if (writing) return schedule(soonMs);
    writing = true;
    writtenAt = performance.now();
    replaceFile(path, content())
      .catch(report)
      .finally(() => {
        writing = false;
        if (!open) writeLast();
      });
  };
  const schedule = (intervalMs: number) => {
    const clock = performance.now();
    const due = Math.max(clock + (writing ? soonMs : 0), writtenAt + intervalMs);
    if (due >= dueAt) return;
    stopTimer();
    dueAt = due;
    timer = setTimeout(writeNow, due - clock).unref();
  };
  /** A write in flight may land after this one, with older content; in that case this is called again. */
  const writeLast = () => {
    try {
      replaceFileSync(path, content());
    } catch (error) {
      report(error);
    }
  };
  const isNew = ([name, value]: [string, unknown]): boolean => {
    const elapsedMs = performance.now() - toldAt;
    switch (name) {
      case 'connection':
        return !sameConnection(status.connection, value as Status['connection'], elapsedMs);
      case 'attempt':
        return !sameAttempt(status.attempt, value as Status['attempt'], elapsedMs);
      default:
        return JSON.stringify(status[name as keyof Status]) !== JSON.stringify(value);
    }
  };
  const apply = (change: StatusChange) => {
    const since = change.state !== undefined && change.state !== status.state ? instant() : status.since;
    status = { ...status, ...change, since };
    if (change.connection !== undefined || change.attempt !== undefined) toldAt = performance.now();
  };

  writeNow();
  return {
    update(change) {
      if (!open) return;
      const changed = Object.entries(change).filter(isNew);
      apply(change);
      if (changed.length > 0) schedule(changed.every(([name]) => figures.has(name)) ? figuresMs : soonMs);
    },
    close(change = {}) {
      if (!open) return;
      open = false;
      stopTimer();
      apply(change);
      status = { ...status, place: null }; // nobody needs to ask there whether it lives
      writeLast();
    },
  };
}

/** The same connections, and a silence that has grown by `elapsedMs`: nothing that a reader could not compute. */
function sameConnection(
  before: Status['connection'],
  after: Status['connection'],
  elapsedMs: number,
): boolean {
  if (before === null || after === null) return before === after;
  if (before.silent_ms === null || after.silent_ms === null) {
    return before.open === after.open && before.silent_ms === after.silent_ms;
  }
  return before.open === after.open && Math.abs(before.silent_ms + elapsedMs - after.silent_ms) < agedMs;
}

/** The same attempt, and a countdown that has advanced by `elapsedMs`. */
function sameAttempt(before: Status['attempt'], after: Status['attempt'], elapsedMs: number): boolean {
  if (before === null || after === null) return before === after;
  const left = Math.max(0, before.next_in_ms - elapsedMs);
  return before.n === after.n && before.of === after.of && Math.abs(left - after.next_in_ms) < agedMs;
}
