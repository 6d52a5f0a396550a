/**
 * Patience, for the API alone: attempts one after another until a connection is made, the answer is final or the agent
 * has left. Line down (no route, no name, no answer): as long as the agent waits. A "no" from the far end: `maxRetries`
 * times. The person's own proxy, or a gateway nearby, that was there before and now refuses is a line that is down.
 * After each failure a backoff; a network change, or another connection that got through, ends the pause at once.
 * Any other host is tried once: what comes of it is for the agent to hear, as it would without a tunnel.
 */
import { type BackoffOptions, backoff } from '../decide/backoff.ts';
import type { ConnectionCause } from '../events.ts';
import { patienceFor } from './causes.ts';
import { type Dialled, type DialOptions, dial } from './dial.ts';
import type { Pace } from './pace.ts';
import type { Resolver } from './resolve.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface HoldOptions {
  /** `host:port` of the API. */
  readonly api: string;
  readonly upstream: Upstream;
  readonly resolver: Resolver;
  readonly pace: Pace;
  readonly alarm: Alarm;
  /** Way and place of each connection that was made in this run. */
  readonly reached: Set<string>;
  readonly maxRetries: number;
  readonly backoff: BackoffOptions;
  readonly connectTimeoutMs: number;
}

export interface Waiting {
  readonly cause: ConnectionCause;
  readonly attempt: number;
  readonly of: number | null;
  readonly nextInMs: number;
}

/** `line-works`: some connection was made, so those who wait for the line try at once. */
type Ring = 'line-works' | 'network-changed';

/** Wakes those who pause between attempts; attempts that started on an old network are given up. */
export interface Alarm {
  /** @returns takes the listener back */
  listen(listener: (what: Ring) => void): () => void;
  ring(what: Ring): void;
}

export function createAlarm(): Alarm {
  const listeners = new Set<(what: Ring) => void>();
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ring(what) {
      for (const listener of [...listeners]) listener(what);
    },
  };
}

/** A direct attempt fails by itself at its limit. */
const slackMs = 250;

/** The last attempt's result; null when `signal` ended the wait. Never rejects. */
export async function connectPatiently(
  target: Target,
  options: HoldOptions,
  signal: AbortSignal,
  onWaiting: (waiting: Waiting) => void,
): Promise<Dialled | null> {
  const { pace, alarm, resolver, reached } = options;
  const route = options.upstream.routeFor(target);
  const way = route ? `${route.host}:${route.port}` : target.authority;
  const isApi = target.authority === options.api;
  let failures = 0; // in a row, for the backoff
  let refusals = 0; // those of them that somebody answered
  for (;;) {
    if (isApi) await pause(pace.waitMs(target.authority, performance.now(), Math.random()), signal);
    if (signal.aborted) return null;
    // A proxy may take a minute over its own attempt to connect: that is a wait, too.
    const slow = setTimeout(
      () => isApi && onWaiting({ cause: 'connect-timeout', attempt: failures + 1, of: null, nextInMs: 0 }),
      options.connectTimeoutMs + slackMs,
    );
    const result = await dialOnThisNetwork(target, options, signal);
    clearTimeout(slow);
    if (signal.aborted) {
      if (result !== 'network-changed') discard(result);
      return null;
    }
    if (result === 'network-changed') {
      failures = 0;
      continue;
    }
    if (result.ok || result.answer) reached.add(way);
    if (result.ok) {
      alarm.ring('line-works');
      return result;
    }
    failures += 1;
    const isOut =
      result.nearby && reached.has(way) && (result.cause === 'refused' || result.cause === 'reset');
    const isAway = patienceFor(result.cause) === 'hold' && !isUnknownName(result.cause, target, resolver);
    const holds = isOut || isAway;
    refusals = holds ? 0 : refusals + 1;
    const isFinal = !isApi || patienceFor(result.cause) === 'pass';
    if (isFinal || refusals >= Math.max(1, options.maxRetries)) {
      pace.bad(target.authority, performance.now());
      return result;
    }

    discard(result);
    const nextInMs = backoff(failures, options.backoff, Math.random());
    const of = holds ? null : options.maxRetries;
    onWaiting({ cause: result.cause, attempt: holds ? failures : refusals, of, nextInMs });
    await pause(nextInMs, signal, (what) => holds || what === 'network-changed', alarm);
  }
}

/**
 * A name that was never resolved, while other names are: it does not exist (a blocked telemetry host, a typo), and
 * the agent has to hear that. Without this evidence a name that cannot be resolved is a line that is down.
 */
const isUnknownName = (cause: ConnectionCause, target: Target, resolver: Resolver): boolean =>
  cause === 'dns' && !resolver.knows(target.host) && resolver.works();

async function dialOnThisNetwork(
  target: Target,
  options: HoldOptions,
  signal: AbortSignal,
): Promise<Dialled | 'network-changed'> {
  const attempt = new AbortController();
  let changed = false;
  const silence = options.alarm.listen((what) => {
    if (what !== 'network-changed') return;
    changed = true;
    attempt.abort();
  });
  const abort = () => attempt.abort();
  signal.addEventListener('abort', abort);
  const dialOptions: DialOptions = {
    lookup: options.resolver.lookup,
    connectTimeoutMs: options.connectTimeoutMs,
    signal: attempt.signal,
  };
  const result = await dial(target, options.upstream.routeFor(target), dialOptions);
  silence();
  signal.removeEventListener('abort', abort);
  return changed && !result.ok ? 'network-changed' : result;
}

/** Waits; the signal ends it early, and so does an alarm that `heeds`. */
function pause(
  ms: number,
  signal: AbortSignal,
  heeds: (what: Ring) => boolean = () => false,
  alarm?: Alarm,
): Promise<void> {
  if (ms <= 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      silence?.();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    const silence = alarm?.listen((what) => heeds(what) && finish());
  });
}

/** Drops the sockets of a result that nobody will use. */
export function discard(result: Dialled): void {
  const leg = result.ok ? result.leg : result.answer;
  leg?.tcp.destroy();
}
