/**
 * The network between the agent and its provider, and the tunnel in it: what really becomes of bytes, and what the
 * tunnel reports of them. The tunnel counts what goes up at once, as the kernel takes it whether the line is there or
 * not.
 */
import { conversationBytes } from '../../../src/detect/limits.ts';
import type { ConnectionProgress, ConnectionStage, Millis, Observation } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import type { Scheduler } from './scheduler.ts';

export type LineState = 'up' | 'black-hole' | 'refused' | 'no-route';

export interface Connection {
  readonly id: number;
  readonly generation: number;
  isOpen: boolean;
  /** Nothing comes through any more, and nobody tells the agent. */
  isDead: boolean;
  /** Bytes are on their way that do not arrive. */
  isClogged: boolean;
  /** Since when nothing has come down because of that; null: it has, or there was no such thing. */
  stuckSince: Millis | null;
  /** The agent hears of its end. */
  onEnd: ((error: boolean) => void) | null;
}

export interface Line {
  state(): LineState;
  set(state: LineState): void;
  /** The tunnel is part of the guard: while that has no turn nothing goes through. */
  pause(ms: Millis): void;
  /** The agent connects; `opened` or `failed` follows, unless the tunnel holds it for as long as the line is away. */
  connect(generation: number, opened: (connection: Connection) => void, failed: () => void): void;
  send(connection: Connection, direction: 'up' | 'down', bytes: number, arrived?: () => void): void;
  /** A request goes up as one. */
  request(connection: Connection, bytes: number, arrived: () => void): void;
  end(connection: Connection, by: 'agent' | 'peer' | 'guard', cause: 'closed' | 'reset' | 'cut'): void;
  /** The machine has slept: what was open is dead on the other side. */
  slept(): void;
  endAllOf(generation: number): void;
  find(id: number): Connection | undefined;
  /** When a request of a conversation's size, or a greater one, was last sent. */
  muchAskedAt(): Millis;
  /** Attempts of this agent to connect that are held. */
  isHeld(generation: number): boolean;
}

const host = 'api.example:443';
const reportMs = 500;
/** A ping, or what looks like one. */
const maxPingBytes = 100;

interface Progress {
  up: number;
  down: number;
  last: 'up' | 'down';
  stage: ConnectionStage;
  lastUpAt: Millis | null;
  lastDownAt: Millis | null;
  requestAt: Millis | null;
  requestSize: number;
  answerAt: Millis | null;
  bursts: number;
  reportedAt: Millis;
  isDue: boolean;
}

/** @param emit what the tunnel reports; null: there is no tunnel */
export function createLine(
  scheduler: Scheduler,
  draw: Chance,
  emit: ((observation: Observation) => void) | null,
): Line {
  const open = new Map<number, { connection: Connection; progress: Progress; late: (() => void)[] }>();
  const held = new Map<number, { generation: number; retry: () => void; end: () => void }>();
  let state: LineState = 'up';
  let awaySince: Millis = 0;
  let pausedUntil: Millis = 0;
  let lastId = 0;
  let muchAskedAt: Millis = Number.NEGATIVE_INFINITY;

  function report(id: number): void {
    const entry = open.get(id);
    if (emit === null || entry === undefined || entry.progress.isDue) return;
    const { progress } = entry;
    progress.isDue = true;
    scheduler.after(Math.max(1, progress.reportedAt + reportMs - scheduler.now()), () => {
      if (!open.has(id)) return;
      tell(id, progress);
    });
  }

  function tell(id: number, progress: Progress): void {
    const { up, down, last, stage, lastUpAt, lastDownAt, requestAt, requestSize, answerAt, bursts } =
      progress;
    const pinged = up === 0 && bursts === 1 && down <= maxPingBytes && stage === 'answer';
    const more: ConnectionProgress = {
      stage,
      ...(lastUpAt === null ? {} : { lastUpAt }),
      ...(lastDownAt === null ? {} : { lastDownAt }),
      ...(requestAt === null ? {} : { requestAt, requestSize }),
      ...(answerAt === null ? {} : { answerAt }),
      ...(pinged ? { pinged } : {}),
    };
    Object.assign(progress, { up: 0, down: 0, bursts: 0, isDue: false, reportedAt: scheduler.now() });
    emit?.({ type: 'connection.bytes', id, up, down, last, ...more });
  }

  function opened(id: number, generation: number, tookMs: number): Connection {
    const connection: Connection = {
      id,
      generation,
      isOpen: true,
      isDead: false,
      isClogged: false,
      stuckSince: null,
      onEnd: null,
    };
    const progress: Progress = {
      up: 1_500,
      down: 1_700,
      last: 'down',
      stage: 'ready',
      lastUpAt: scheduler.now(),
      lastDownAt: scheduler.now(),
      requestAt: null,
      requestSize: 0,
      answerAt: null,
      bursts: 1,
      reportedAt: scheduler.now() - reportMs,
      isDue: false,
    };
    open.set(connection.id, { connection, progress, late: [] });
    emit?.({ type: 'connection.opened', id: connection.id, host, tookMs, owner: 'agent' });
    report(connection.id);
    return connection;
  }

  function arrive(
    connection: Connection,
    direction: 'up' | 'down',
    bytes: number,
    arrived?: () => void,
  ): void {
    const entry = open.get(connection.id);
    if (entry === undefined || connection.isDead) return;
    if (direction === 'down') {
      const { progress } = entry;
      connection.stuckSince = null;
      progress.down += bytes;
      progress.bursts += 1;
      progress.last = 'down';
      progress.lastDownAt = scheduler.now();
      if (progress.stage === 'request') {
        progress.stage = 'answer';
        progress.answerAt = scheduler.now();
      }
      report(connection.id);
    }
    arrived?.();
  }

  const line: Line = {
    state: () => state,
    set(next) {
      const outageMs = scheduler.now() - awaySince;
      if (state === 'up' && next !== 'up') awaySince = scheduler.now();
      const isBack = state !== 'up' && next === 'up';
      state = next;
      if (!isBack) return;
      for (const { connection, late } of open.values()) {
        // After so long the kernel gives a connection up; before, it sends again at growing intervals.
        if (outageMs > 900_000 && late.length > 0) connection.isDead = true;
        if (connection.isDead || late.length === 0) continue;
        scheduler.after(draw.between(100, Math.min(outageMs, 20_000) + 200), () => {
          if (state !== 'up' || connection.isDead) return;
          connection.isClogged = false;
          for (const act of late.splice(0)) act();
        });
      }
      for (const [id, { retry }] of [...held])
        scheduler.after(draw.between(100, 3_000), () => {
          if (held.has(id)) retry();
        });
    },
    pause(ms) {
      if (emit === null) return;
      pausedUntil = scheduler.now() + ms;
      scheduler.after(ms, () => {
        if (state !== 'up') return;
        for (const { connection, late } of open.values()) {
          connection.isClogged = false;
          for (const act of late.splice(0)) act();
        }
      });
    },
    connect(generation, whenOpen, failed) {
      const id = ++lastId;
      const startedAt = scheduler.now();
      let attempt = 0;
      let isOver = false;
      const trial = (): void => {
        if (isOver) return;
        const pauseMs = pausedUntil - scheduler.now();
        if (pauseMs > 0) {
          scheduler.after(pauseMs + 1, trial);
          return;
        }
        if (state === 'up') {
          held.delete(id);
          scheduler.after(draw.between(10, 300), () => {
            if (isOver) return;
            isOver = state === 'up';
            if (isOver) whenOpen(opened(id, generation, scheduler.now() - startedAt));
            else trial();
          });
          return;
        }
        attempt++;
        if (emit === null || (state === 'refused' && attempt > 5)) {
          held.delete(id);
          isOver = true;
          if (emit !== null) emit({ type: 'connection.failed', id, host, cause: 'refused', owner: 'agent' });
          scheduler.after(state === 'black-hole' ? 30_000 : 50, failed);
          return;
        }
        const nextInMs = draw.between(500, Math.min(30_000, 1_000 * 2 ** attempt));
        held.set(id, {
          generation,
          retry: trial,
          end() {
            isOver = true;
          },
        });
        const cause = state === 'black-hole' ? 'connect-timeout' : state;
        emit({
          type: 'connection.waiting',
          id,
          host,
          cause,
          attempt,
          of: state === 'refused' ? 5 : null,
          nextInMs,
          owner: 'agent',
        });
        scheduler.after(nextInMs, () => {
          if (held.has(id)) trial();
        });
      };
      trial();
    },
    send(connection, direction, bytes, arrived) {
      const entry = open.get(connection.id);
      if (entry === undefined) return;
      if (direction === 'up') {
        entry.progress.up += bytes;
        entry.progress.last = 'up';
        entry.progress.lastUpAt = scheduler.now();
        report(connection.id);
      }
      if (connection.isDead) return;
      const isPaused = scheduler.now() < pausedUntil;
      if (state === 'up' && !isPaused && !connection.isClogged) arrive(connection, direction, bytes, arrived);
      else {
        connection.isClogged = true;
        connection.stuckSince ??= scheduler.now();
        entry.late.push(() => arrive(connection, direction, bytes, arrived));
      }
    },
    request(connection, bytes, arrived) {
      const entry = open.get(connection.id);
      if (entry === undefined) return;
      const { progress } = entry;
      if (bytes >= conversationBytes) muchAskedAt = scheduler.now();
      progress.stage = 'request';
      progress.requestAt = scheduler.now();
      progress.requestSize = bytes;
      progress.answerAt = null;
      line.send(connection, 'up', bytes, arrived);
    },
    end(connection, by, cause) {
      const entry = open.get(connection.id);
      if (entry === undefined) return;
      if (emit !== null && entry.progress.isDue) tell(connection.id, entry.progress);
      open.delete(connection.id);
      connection.isOpen = false;
      emit?.({ type: 'connection.closed', id: connection.id, by, cause });
      if (by !== 'agent') connection.onEnd?.(cause !== 'closed');
    },
    slept() {
      for (const { connection } of open.values()) connection.isDead = true;
    },
    endAllOf(generation) {
      for (const { connection } of [...open.values()])
        if (connection.generation === generation) line.end(connection, 'agent', 'reset');
      for (const [id, each] of [...held]) {
        if (each.generation !== generation) continue;
        held.delete(id);
        each.end();
        emit?.({ type: 'connection.closed', id, by: 'agent', cause: 'closed' });
      }
    },
    find: (id) => open.get(id)?.connection,
    muchAskedAt: () => muchAskedAt,
    isHeld: (generation) => [...held.values()].some((each) => each.generation === generation),
  };
  return line;
}
