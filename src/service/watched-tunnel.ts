/** The tunnel of one session, and the decisions about its connections to the API. */
import type { Config } from '../config/schema.ts';
import { deadlySleepMs } from '../detect/limits.ts';
import type { ConnectionStage, Millis, Observation } from '../events.ts';
import { tunnelSettings } from '../guard/start/open-tunnel.ts';
import { startTunnel, type Tunnel } from '../tunnel/proxy.ts';
import { targetAt } from '../tunnel/target.ts';
import type { Upstream } from '../tunnel/upstream.ts';
import type { Session } from './sessions.ts';
import { isOverdue } from './silence.ts';

export interface WatchedTunnel extends Pick<Tunnel, 'take' | 'connections' | 'networkChanged' | 'stop'> {
  /** To be called at a steady pace, and after each gap in time. */
  see(observation: Observation): void;
  /** How many connections this process has cut. */
  readonly cuts: number;
}

/** If somebody was waiting for the connection, they ask again within this time. */
const askAgainMs = 10_000;
/** For this long, a cut after which the session asked again at once makes the next cut later. */
const memoryMs = 3_600_000;

export async function watchedTunnel(
  session: Session,
  port: number,
  upstream: Upstream,
  config: Config,
): Promise<WatchedTunnel> {
  const { api, deadlineMs } = session.user;
  const takeOver = { fd: null, url: `http://guard:${session.token}@127.0.0.1:${port}` };
  const tunnel = await startTunnel({
    upstream,
    api: targetAt(api)?.authority ?? null,
    ...tunnelSettings(config),
    takeOver,
  });

  const progress = new Map<number, { stage: ConnectionStage; requestAt: Millis | null }>();
  let pings = session.user.pings;
  let strikes: readonly Millis[] = [];
  let lastCutAt: Millis | null = null;
  let seenSince: Millis = performance.now();
  let cuts = 0;

  tunnel.onObservation((observation) => {
    const now = performance.now();
    switch (observation.type) {
      case 'connection.bytes': {
        const { id, stage = 'ready', requestAt = null, pinged = false } = observation;
        progress.set(id, { stage, requestAt });
        pings ||= pinged && apiConnections().some((facts) => facts.id === id);
        return;
      }
      case 'connection.opened':
      case 'connection.waiting':
        if (!tunnel.api.has(observation.host) || lastCutAt === null || now - lastCutAt > askAgainMs) return;
        strikes = [...strikes, now];
        lastCutAt = null;
        return;
      case 'connection.closed':
        progress.delete(observation.id);
    }
  });

  const apiConnections = () =>
    tunnel.connections().filter(({ host, state }) => tunnel.api.has(host) && state === 'open');

  function cut(ids: readonly number[]): void {
    if (ids.length > 0 && config.recovery.in_place) cuts += tunnel.cut(ids);
  }

  function cutSilent(now: Millis): void {
    strikes = strikes.filter((at) => now - at < memoryMs);
    const patience = { strikes: strikes.length, deadlineMs, seenSince };
    const silent = apiConnections().filter((facts) => {
      const known = progress.get(facts.id);
      return known !== undefined && isOverdue({ ...facts, ...known, pings }, patience, config, now);
    });
    // Whoever waits for one of them asks again, if it is cut.
    if (silent.length > 0 && config.recovery.in_place) lastCutAt = now;
    cut(silent.map(({ id }) => id));
  }

  return {
    take: tunnel.take,
    connections: tunnel.connections,
    networkChanged: tunnel.networkChanged,
    stop: tunnel.stop,
    get cuts() {
      return cuts;
    },
    see(observation) {
      const now = performance.now();
      if (observation.type === 'tick') cutSilent(now);
      if (observation.type !== 'clock.gap') return;
      seenSince = now;
      if (observation.cause !== 'slept' || observation.gapMs < deadlySleepMs) return;
      // A connection that was made after the sleep, but before it was noticed, is sound.
      const { lookedAt = now } = observation;
      cut(apiConnections().flatMap(({ id, since }) => (since <= lookedAt ? [id] : [])));
    },
  };
}
