/** What all lines of one seed share: the tunnel, its port, the clock, and what the tunnel has reported. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Observation } from '../../../src/events.ts';
import { startTunnel, type Tunnel } from '../../../src/tunnel/proxy.ts';
import type { Chance } from '../chance.ts';
import type { Bug } from './bugs.ts';
import type { Clock } from './clock.ts';
import { type Far, type Fate, openFar } from './far.ts';
import type { Ledger } from './ledger.ts';
import { watchSockets } from './sockets.ts';

export type Report = Observation & { readonly at: number };

export interface World {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly tunnel: Tunnel;
  readonly authorization: string;
  readonly reports: readonly Report[];
  /** Connects to the tunnel. */
  connect(): Socket;
  /** Somewhere for lines to lead to, until the world is closed. */
  open(fate: Fate, isHasty: boolean, draw: Chance): Promise<Far>;
  /** The tunnel is about to be asked for it. Null: for something that the system connects to as it does. */
  leadsTo(far: Far | null): void;
  /** Attempts of the tunnel to connect since the last call. */
  attempts(): number;
  /** Waits until something is so. @returns false, and breaks the rule: it never comes */
  settle(isSo: () => boolean, rule: string, what: () => string): Promise<boolean>;
  close(): Promise<void>;
  /** The same, where a rule is broken already. */
  abandon(): Promise<void>;
}

/** More than one piece that was read on top of what a socket takes before it asks to wait. */
const maxHeldBytes = 256 * 1024;

/** @param api the host whose connections the tunnel holds. Null: none of them is */
export async function openWorld(
  clock: Clock,
  ledger: Ledger,
  draw: Chance,
  api: Far | null,
  bug: Bug,
): Promise<World> {
  const sockets = watchSockets(bug.socket ?? (() => {}));
  const fars: Far[] = api === null ? [] : [api];
  const reports: Report[] = [];
  let leading: Far | null = null;
  let attempts = 0;
  let sinceAsked = 0;
  const routeFor = ({ host, port }: { host: string; port: number }) =>
    fars.find(({ authority }) => authority === `${host}:${port}`)?.route ?? null;
  const passedOn = draw.happens(0.5) ? await acceptOurselves() : null;
  const made = await startTunnel({
    upstream: { routeFor },
    api: api?.authority ?? 'api.example:443',
    maxRetries: draw.between(0, 4),
    backoff: { initialMs: draw.magnitude(10, 1_000), maxMs: draw.magnitude(1_000, 30_000) },
    ...(passedOn !== null && { takeOver: { fd: null, url: passedOn.url } }),
  });
  const tunnel = bug.tunnel?.(made) ?? made;
  passedOn?.to(tunnel);
  const url = new URL(tunnel.url);
  const port = Number(url.port);
  sockets.listens(port);
  sockets.answerWith(() => {
    sinceAsked += 1;
    return leading?.answer(attempts++) ?? 'ok';
  });
  if (draw.happens(0.5)) tunnel.agentStarted(process.pid);
  tunnel.onObservation((one) => {
    reports.push({ ...one, at: clock.now() });
    const { type, ...facts } = one;
    ledger.note(`  ${type} ${JSON.stringify(facts)}`);
  });
  const isBounded = () => {
    const held = sockets.held();
    ledger.holds(held <= maxHeldBytes, 'a slow reader slows the other end', `${held} bytes are held for one`);
  };

  return {
    clock,
    ledger,
    tunnel,
    authorization: `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`,
    reports,
    connect: () => sockets.connect(port),
    async open(fate, isHasty, drawn) {
      const far = await openFar(fate, isHasty, drawn);
      fars.push(far);
      return far;
    },
    leadsTo(far) {
      leading = far;
      attempts = 0;
    },
    attempts() {
      const count = sinceAsked;
      sinceAsked = 0;
      return count;
    },
    async settle(isSo, rule, what) {
      const came = await clock.until(() => {
        isBounded();
        return isSo();
      });
      await clock.quiet(); // what comes at the same moment is all seen before anybody goes on
      ledger.holds(came, rule, came ? '' : what());
      return came;
    },
    async close() {
      const left = tunnel.connections();
      ledger.holds(left.length === 0, 'nothing is left of a line that is over', JSON.stringify(left));
      await tunnel.stop();
      await passedOn?.close();
      await clock.until(() => sockets.open() === 0);
      ledger.holds(sockets.open() === 0, 'no socket is left', `${sockets.open()} sockets of the tunnel`);
      ledger.holds(clock.timers() === 0, 'no timer is left', `${clock.timers()} timers`);
      sockets.stop();
      for (const far of fars) await far.close();
    },
    async abandon() {
      await tunnel.stop();
      for (const far of fars) await far.close();
      await passedOn?.close();
      sockets.stop();
    },
  };
}

/** Somebody else listens, as the tunnel service does, and passes on what it has accepted. */
async function acceptOurselves() {
  let take: (socket: Socket) => void = (socket) => void socket.destroy();
  const server: Server = createServer(
    { allowHalfOpen: true, noDelay: true, pauseOnConnect: true },
    (socket) => take(socket),
  );
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://guard:0123456789abcdef@127.0.0.1:${port}`,
    to(tunnel: Tunnel) {
      take = (socket) => tunnel.take(socket);
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
