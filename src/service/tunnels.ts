/** The tunnels of all sessions behind the one port. Each is made when its session first connects. */
import type { Socket } from 'node:net';
import type { Config } from '../config/schema.ts';
import type { Observation } from '../events.ts';
import { readUpstream } from '../tunnel/upstream.ts';
import type { Session } from './sessions.ts';
import { type WatchedTunnel, watchedTunnel } from './watched-tunnel.ts';

export interface Tunnels {
  enter(session: Session, near: Socket): void;
  /** Null before the session has connected. */
  of(token: string): WatchedTunnel | null;
  /** For all tunnels: the network has changed, or time has passed. */
  see(observation: Observation): void;
  end(token: string): void;
}

export const canChainTo = ({ proxy }: Session['user']): boolean => readUpstream(proxy).kind === 'ok';

export function createTunnels(port: number, config: Config): Tunnels {
  const making = new Map<string, Promise<WatchedTunnel>>();
  const made = new Map<string, WatchedTunnel>();

  async function make(session: Session): Promise<WatchedTunnel> {
    const reading = readUpstream(session.user.proxy);
    if (reading.kind !== 'ok') throw new Error(reading.why);
    const tunnel = await watchedTunnel(session, port, reading.upstream, config);
    made.set(session.token, tunnel);
    return tunnel;
  }

  return {
    enter(session, near) {
      const tunnel = making.get(session.token) ?? make(session);
      making.set(session.token, tunnel);
      tunnel.then(
        ({ take }) => near.destroyed || take(near),
        () => {
          making.delete(session.token);
          near.destroy();
        },
      );
    },
    of: (token) => made.get(token) ?? null,
    see(observation) {
      for (const tunnel of made.values())
        if (observation.type === 'network.changed') tunnel.networkChanged();
        else tunnel.see(observation);
    },
    end(token) {
      void made.get(token)?.stop();
      made.delete(token);
      making.delete(token);
    },
  };
}
