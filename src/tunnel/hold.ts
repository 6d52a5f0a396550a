/**
 * Holds connections to the API: attempts follow one another until a connection is made, the answer is final, or the
 * agent has left. While the line is down (no route, no name, no answer), the attempts go on for as long as the agent
 * waits. If the far end refuses, they end after `maxRetries`. If the upstream proxy or a nearby gateway worked before
 * and now refuses, the line counts as down. Each failure is followed by a backoff, which a network change, or another
 * connection that gets through, ends at once. Any other host is tried once, and the agent gets the result, as it would
 * without a tunnel.
 */
import { type BackoffOptions, backoff } from '../decide/backoff.ts';
import type { ConnectionCause } from '../events.ts';
import type { ApiHosts } from './api-hosts.ts';
import { patienceFor } from './causes.ts';
import { type Dialled, type DialOptions, dial } from './dial.ts';
import type { Pace } from './pace.ts';
import type { Resolver } from './resolve.ts';
import type { Target } from './target.ts';
import type { Upstream } from './upstream.ts';

export interface HoldOptions {
  readonly api: ApiHosts;
  readonly upstream: Upstream;
  readonly resolver: Resolver;
  readonly pace: Pace;
  readonly alarm: Alarm;
  /** Upstream proxies, and targets without one, that have been reached in this run. */
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

/** `line-works`: a connection was made, so attempts that wait for the line start at once. */
type Ring = 'line-works' | 'network-changed';

/** Ends the pauses between attempts. Attempts that started on an old network are aborted. */
export interface Alarm {
  /** @returns a function that removes the listener */
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

/** A direct attempt ends at its own timeout. One that lasts this much longer waits for a proxy. */
const slackMs = 250;

/** @returns the last attempt's result; null if `signal` ended the wait. Never rejects. */
export async function connectPatiently(
  target: Target,
  options: HoldOptions,
  signal: AbortSignal,
  onWaiting: (waiting: Waiting) => void,
): Promise<Dialled | null> {
  const { pace, alarm, resolver, reached } = options;
  const route = options.upstream.routeFor(target);
  const hop = route ? `${route.host}:${route.port}` : target.authority;
  const isApi = options.api.has(target.authority);
  let failures = 0; // in a row; sets the backoff
  let refusals = 0; // failures that somebody answered
  for (;;) {
    if (isApi) await pause(pace.waitMs(target.authority, performance.now(), Math.random()), signal);
    if (signal.aborted) return null;
    // A proxy's own attempt to connect may take a minute. That is reported as waiting, too.
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
    if (result.ok || result.answer) reached.add(hop);
    if (result.ok) {
      alarm.ring('line-works');
      return result;
    }
    failures += 1;
    const isHopDown =
      result.nearby && reached.has(hop) && (result.cause === 'refused' || result.cause === 'reset');
    const isLineDown = patienceFor(result.cause) === 'hold' && !isUnknownName(result.cause, target, resolver);
    const holds = isHopDown || isLineDown;
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
 * A name that was never resolved while other names are does not exist (a blocked telemetry host, a typo), and the agent
 * must be told so. Without this evidence, a name that cannot be resolved means that the line is down.
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
  const stopListening = options.alarm.listen((what) => {
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
  stopListening();
  signal.removeEventListener('abort', abort);
  return changed && !result.ok ? 'network-changed' : result;
}

/** Waits. The signal ends it early, and so does an alarm that `heeds` accepts. */
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
      stopListening?.();
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    const stopListening = alarm?.listen((what) => heeds(what) && finish());
  });
}

/** Destroys the sockets of a result that nobody will use. */
export function discard(result: Dialled): void {
  const leg = result.ok ? result.leg : result.answer;
  leg?.tcp.destroy();
}
