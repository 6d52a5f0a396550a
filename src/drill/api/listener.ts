/** A listener on one loopback port that can refuse connections, ignore them, and come back on the same port. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { reset } from '../../tunnel/sockets.ts';

export interface Listener {
  readonly port: number;
  /** From now on connection attempts are refused; open connections are reset. */
  refuse(): Promise<void>;
  /** From now on connection attempts get no answer, as if the line were down; open connections are reset. */
  silence(): Promise<void>;
  /** Back to normal, on the same port. */
  reopen(): Promise<void>;
  /** Resets every open connection. */
  dropConnections(): void;
  close(): Promise<void>;
}

const host = '127.0.0.1';

/**
 * A listener that never accepts: the kernel stops answering once its queue is full. It must be a stopped process of its
 * own, because node accepts whatever comes.
 */
async function startBlackHole(port: number): Promise<() => Promise<void>> {
  // The process stops in the same turn of the event loop in which it begins to listen, so it never accepts anything.
  const program = `require('node:net').createServer().listen({ port: ${port}, host: '${host}', backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'up'); process.kill(process.pid, 'SIGSTOP'); });`;
  const child: ChildProcess = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  await Promise.race([child.stdout ? once(child.stdout, 'data') : null, gone]);
  const fillers: Socket[] = [];
  for (let answered = true; answered && fillers.length < 64; ) {
    const filler = connect(port, host);
    fillers.push(filler);
    answered = await new Promise<boolean>((resolve) => {
      filler.once('connect', () => resolve(true)).on('error', () => resolve(true));
      // On a busy machine, the timer may be due before the answer has been read, so this looks once more.
      setTimeout(() => setImmediate(() => resolve(!filler.connecting)), 150);
    });
  }
  return async () => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
    await gone;
  };
}

/** @param accept gets every connection before anything is read from it */
export async function startListener(accept: (socket: Socket) => void): Promise<Listener> {
  const open = new Set<Socket>();
  let server: Server;
  let port = 0;
  let endBlackHole: (() => Promise<void>) | null = null;

  const listen = async () => {
    server = createServer({ noDelay: true }, (socket) => {
      open.add(socket);
      socket.on('error', () => {}); // a reset by the agent is the scenario's finding, not an error
      socket.once('close', () => open.delete(socket));
      accept(socket);
    });
    server.listen(port, host);
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const dropConnections = () => {
    for (const socket of open) reset(socket);
  };
  const refuse = async () => {
    const closed = server.listening ? once(server, 'close') : null;
    server.close();
    dropConnections();
    await closed;
  };
  const endSilence = async () => {
    await endBlackHole?.();
    endBlackHole = null;
  };

  await listen();
  return {
    get port() {
      return port;
    },
    refuse,
    async silence() {
      await refuse();
      endBlackHole = await startBlackHole(port);
    },
    async reopen() {
      await endSilence();
      if (!server.listening) await listen();
    },
    dropConnections,
    async close() {
      await endSilence();
      await refuse();
    },
  };
}
