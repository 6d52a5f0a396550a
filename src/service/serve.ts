/**
 * The service: a tunnel for each session that has no guard around it, behind one port. It runs while somebody needs it and
 * for a little longer. What it knows is in files and its sockets are held by the keeper as well, so the next process goes on
 * where one was killed; connections that were open then are reset, and asked for again by whoever had them.
 */
import { once } from 'node:events';
import { chmodSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, type ListenOptions, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../config/load.ts';
import type { Millis, Observation } from '../events.ts';
import { acquireLock } from '../platform/lock.ts';
import { programFile } from '../platform/own-files.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { clockSensor, tickMs } from '../sensors/clock.ts';
import { networkSensor } from '../sensors/network.ts';
import { descriptorOf } from '../tunnel/proxy.ts';
import { readUpstream } from '../tunnel/upstream.ts';
import { createCounter, type Question } from './counter.ts';
import { createDoor } from './door.ts';
import { inherited, startKeeper } from './keeper.ts';
import { makePlace, type Place, placeOf } from './place.ts';
import { createSessions, type Session } from './sessions.ts';
import { serviceEnvironment } from './start-service.ts';
import { type WatchedTunnel, watchedTunnel } from './watched-tunnel.ts';

export interface ServiceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Another process has answered before: its sockets are inherited. */
  readonly takesOver: boolean;
  /** Goes on although nobody needs it. */
  readonly stays: boolean;
  readonly unusedMs?: Millis;
}

export interface Status {
  readonly pid: number;
  readonly keeper: number | null;
  readonly sessions: readonly {
    readonly pid: number;
    readonly api: string;
    readonly connections: number;
    readonly cuts: number;
  }[];
}

/** A start costs a fraction of a second; sessions often follow each other. */
const usualUnusedMs = 60_000;
/** Looking through all processes costs milliseconds. */
const lookMs = 10_000;
const addressesEveryMs = 2_000;

/** @returns when it is over; false: one runs already. @throws where there is no place for it */
export async function serve(options: ServiceOptions): Promise<boolean> {
  const { env, takesOver, stays, unusedMs = usualUnusedMs } = options;
  const place = placeOf(env);
  makePlace(place);
  const lock = await lockOf(place, takesOver);
  if (lock === null) return false;
  const { config } = loadConfig(env);

  const tunnels = new Map<string, Promise<WatchedTunnel>>();
  const ready = new Map<string, WatchedTunnel>();
  const door = createDoor(enter);
  const counter = createCounter(answer);
  const port = await openBoth(place, door, counter, takesOver);
  const sessions = createSessions(place.sessions);
  const keeper = startKeeper(
    [process.execPath, programFile('tunnel-service'), 'take-over', ...(stays ? ['stay'] : [])],
    { door: descriptorOf(door), counter: descriptorOf(counter) },
    serviceEnvironment(env),
  );

  function tunnelOf(session: Session): Promise<WatchedTunnel> {
    const { token, user } = session;
    const known = tunnels.get(token);
    if (known !== undefined) return known;
    const reading = readUpstream(user.proxy);
    if (reading.kind !== 'ok') return Promise.reject(new Error(reading.why));
    const made = watchedTunnel(session, port, reading.upstream, config);
    tunnels.set(token, made);
    void made.then((tunnel) => ready.set(token, tunnel));
    return made;
  }

  function enter(token: string, near: Socket): boolean {
    const session = sessions.byToken(token);
    if (session === null) return false;
    tunnelOf(session).then(
      (tunnel) => near.destroyed || tunnel.take(near),
      () => near.destroy(),
    );
    return true;
  }

  async function answer(question: Question): Promise<unknown> {
    if (question.type === 'status') return status();
    const startTime = startTimeOf(question.pid);
    if (startTime === null || readUpstream(question.user.proxy).kind !== 'ok') return { url: null };
    const { token } = sessions.add({ pid: question.pid, startTime }, question.user);
    return { url: `http://guard:${token}@127.0.0.1:${port}` };
  }

  const status = (): Status => ({
    pid: process.pid,
    keeper: keeper.pid(),
    sessions: sessions.all().map(({ token, process: { pid }, user }) => ({
      pid,
      api: user.api.host,
      connections: ready.get(token)?.connections().length ?? 0,
      cuts: ready.get(token)?.cuts ?? 0,
    })),
  });

  function see(observation: Observation): void {
    for (const tunnel of ready.values())
      if (observation.type === 'network.changed') tunnel.networkChanged();
      else tunnel.see(observation);
  }
  const clock = clockSensor(tickMs);
  void clock.start(see);
  const network = networkSensor({
    intervalMs: addressesEveryMs,
    probe: () => Promise.reject(new Error('nobody asks for it')),
  });
  try {
    void network.start(see);
  } catch {
    // The addresses cannot be read here: what they would tell, keepalive tells later.
  }

  function sweep(): void {
    const isBusy = (token: string) => (ready.get(token)?.connections().length ?? 0) > 0;
    for (const token of sessions.sweep(isBusy)) {
      void ready.get(token)?.stop();
      ready.delete(token);
      tunnels.delete(token);
    }
  }

  await new Promise<void>((over) => {
    let unusedSince = performance.now();
    const isUnused = () => {
      sweep();
      return sessions.all().length === 0;
    };
    const timer = setInterval(
      () => {
        if (!isUnused()) unusedSince = performance.now();
        else if (!stays && performance.now() - unusedSince >= unusedMs) end();
      },
      Math.min(lookMs, unusedMs),
    );
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
    /** Whoever ends us ends nobody's session: the keeper goes on. */
    const leave = (signal: NodeJS.Signals) => {
      const isNeeded = !isUnused();
      end();
      if (isNeeded) process.kill(process.pid, signal);
    };
    function end(): void {
      clearInterval(timer);
      for (const signal of signals) process.off(signal, leave);
      if (sessions.all().length === 0) keeper.dismiss();
      over();
    }
    for (const signal of signals) process.on(signal, leave);
  });
  if (sessions.all().length > 0) return true; // the signal is on its way to us
  void clock.stop();
  void network.stop();
  door.close();
  counter.close();
  for (const path of [place.socket, place.port, place.sessions])
    rmSync(path, { recursive: true, force: true });
  lock.release();
  try {
    rmdirSync(place.folder);
  } catch {
    // Somebody has begun anew in it.
  }
  return true;
}

/** How long a lock may be held by somebody who is about to notice that we are there. */
const lockMs = 5_000;

async function lockOf(place: Place, takesOver: boolean) {
  const givesUpAt = performance.now() + (takesOver ? lockMs : 0);
  for (;;) {
    const result = acquireLock(place.lock);
    if (result.held && (takesOver || !(await isOpen(place.socket)))) return result;
    if (result.held) result.release();
    if (result.held || performance.now() >= givesUpAt) return null;
    await sleep(100);
  }
}

/** A keeper without a process that answers holds it open, too. */
async function isOpen(path: string): Promise<boolean> {
  const socket = connect({ path });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** @returns the port; the same as before where addresses with it were given out, and it is to be had */
async function openBoth(place: Place, door: Server, counter: Server, takesOver: boolean): Promise<number> {
  if (takesOver) {
    await listen(door, { fd: inherited.door });
    await listen(counter, { fd: inherited.counter });
    return portOf(door);
  }
  rmSync(place.socket, { force: true });
  await listen(door, { host: '127.0.0.1', port: portBefore(place) }).catch(async () => {
    rmSync(place.sessions, { recursive: true, force: true }); // their addresses are somebody else's now
    makePlace(place);
    await listen(door, { host: '127.0.0.1', port: 0 });
  });
  writeFileSync(place.port, String(portOf(door)), { mode: 0o600 });
  await listen(counter, { path: place.socket });
  chmodSync(place.socket, 0o600);
  return portOf(door);
}

async function listen(server: Server, where: ListenOptions & { readonly fd?: number }): Promise<void> {
  server.listen(where);
  await once(server, 'listening');
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function portBefore({ port }: Place): number {
  try {
    return Number(readFileSync(port, 'utf8')) || 0;
  } catch {
    return 0;
  }
}
