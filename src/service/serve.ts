/**
 * The service: a tunnel for each session that has no guard around it, behind one port. It runs while somebody needs it,
 * and a little longer. Its state is in files, and the keeper also holds its sockets. So if its process is killed, the
 * next one takes over; connections that were open are reset, and their owners connect again.
 *
 * `control.ts` gives out addresses. `router.ts` leads connections to their tunnels. `tunnels.ts` and
 * `watched-tunnel.ts` hold and cut. `keeper.ts` survives a kill. The launcher asks through `address.ts`.
 */
import { rmdirSync, rmSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import type { Millis } from '../events.ts';
import { readHolder } from '../platform/lock.ts';
import { programFile } from '../platform/own-files.ts';
import { startTimeOf } from '../platform/process-identity.ts';
import { clockSensor, tickMs } from '../sensors/clock.ts';
import { networkSensor } from '../sensors/network.ts';
import { descriptorOf } from '../tunnel/proxy.ts';
import { isProxyUntrusted } from '../tunnel/trust.ts';
import { createControl, type Question } from './control.ts';
import { startKeeper } from './keeper.ts';
import { lockOf, openBoth } from './opening.ts';
import { makeFolders, type ServicePaths, servicePaths } from './paths.ts';
import { createRouter } from './router.ts';
import { createSessions, isUser } from './sessions.ts';
import { serviceEnvironment } from './start-service.ts';
import { canChainTo, createTunnels, type Tunnels } from './tunnels.ts';

export interface ServiceOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This process replaces another one, and has inherited its sockets. */
  readonly takesOver: boolean;
  /** The service goes on even if nobody needs it. */
  readonly stays: boolean;
  readonly unusedMs?: Millis;
}

export interface Status {
  readonly pid: number;
  readonly keeper: number | null;
  readonly sessions: readonly {
    readonly pid: number;
    /** Null: the settings do not say which host it is. */
    readonly api: string | null;
    readonly connections: number;
    readonly cuts: number;
  }[];
}

/**
 * How long the service runs without sessions: they often follow one another, and a start takes a fraction of a second.
 */
const defaultUnusedMs = 60_000;
/** Looking through all processes costs milliseconds. */
const lookMs = 10_000;
/** How long a launcher, which has little time, waits for a proxy that is reached over TLS. */
const trustMs = 1_000;
const addressesEveryMs = 2_000;

/** Resolves once the service has ended. False: another one was already running. @throws if it cannot have a folder */
export async function serve(options: ServiceOptions): Promise<boolean> {
  const { env, takesOver, stays, unusedMs = defaultUnusedMs } = options;
  const paths = servicePaths(env);
  makeFolders(paths);
  const lock = await lockOf(paths, takesOver);
  if (lock === null) return false;

  const router = createRouter((token, near) => {
    const session = sessions.byToken(token);
    if (session !== null) tunnels.enter(session, near);
    return session !== null;
  });
  const control = createControl(answer);
  const port = await openBoth(paths, router, control, takesOver);
  const sessions = createSessions(paths.sessions);
  const tunnels = createTunnels(port, loadConfig(env).config);
  const keeper = startKeeper(
    [process.execPath, programFile('tunnel-service'), 'take-over', ...(stays ? ['stay'] : [])],
    { router: descriptorOf(router), control: descriptorOf(control) },
    serviceEnvironment(env),
  );
  const stopSenses = watch(tunnels);

  async function answer(question: Question): Promise<unknown> {
    if (question.type === 'status') return status();
    const startTime = startTimeOf(question.pid);
    if (startTime === null || !isUser(question.user) || !canChainTo(question.user)) return { url: null };
    if (await isProxyUntrusted(question.user, trustMs)) return { url: null };
    const { token } = sessions.add({ pid: question.pid, startTime }, question.user);
    return { url: `http://guard:${token}@127.0.0.1:${port}` };
  }

  const status = (): Status => ({
    pid: process.pid,
    keeper: keeper.pid(),
    sessions: sessions.all().map(({ token, process: { pid }, user }) => ({
      pid,
      api: user.api?.host ?? null,
      connections: tunnels.of(token)?.connections().length ?? 0,
      cuts: tunnels.of(token)?.cuts ?? 0,
    })),
  });

  function isNeeded(): boolean {
    const isBusy = (token: string) => (tunnels.of(token)?.connections().length ?? 0) > 0;
    for (const token of sessions.sweep(isBusy)) tunnels.end(token);
    return sessions.all().length > 0;
  }

  const signal = await untilUnused(isNeeded, stays ? Number.POSITIVE_INFINITY : unusedMs);
  if (signal !== null && isNeeded()) {
    process.kill(process.pid, signal); // ending us must not end sessions, so the keeper goes on
    return true;
  }
  keeper.dismiss();
  stopSenses();
  router.close();
  control.close();
  if (readHolder(paths.lock)?.pid === process.pid) clear(paths, lock.release); // otherwise the folder is not ours any more
  return true;
}

/** @returns the signal that told the service to end; null: nobody needed it any more */
function untilUnused(isNeeded: () => boolean, unusedMs: Millis): Promise<NodeJS.Signals | null> {
  return new Promise((resolve) => {
    let neededAt = performance.now();
    const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
    const end = (signal: NodeJS.Signals | null) => {
      clearInterval(timer);
      for (const each of signals) process.off(each, end);
      resolve(signal);
    };
    const look = () => {
      if (isNeeded()) neededAt = performance.now();
      else if (performance.now() - neededAt >= unusedMs) end(null);
    };
    const timer = setInterval(look, Math.min(lookMs, unusedMs));
    for (const each of signals) process.on(each, end);
  });
}

/** @returns a function that stops watching */
function watch({ see }: Tunnels): () => void {
  const clock = clockSensor(tickMs);
  const network = networkSensor({
    intervalMs: addressesEveryMs,
    probe: () => Promise.reject(new Error('the service never probes')),
  });
  void clock.start(see);
  try {
    void network.start(see);
  } catch {
    // The addresses cannot be read here. Keepalive finds dead connections later.
  }
  return () => {
    void clock.stop();
    void network.stop();
  };
}

/** The lock goes last, so that the next service finds an empty folder. */
function clear(paths: ServicePaths, release: () => void): void {
  for (const path of [paths.socket, paths.port, paths.sessions])
    rmSync(path, { recursive: true, force: true });
  release();
  try {
    rmdirSync(paths.folder);
  } catch {
    // Another service is already using it.
  }
}
