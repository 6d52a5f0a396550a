/** The sockets of the tunnel, told from those of the world: what they hold back, and how connecting fails for them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';

/** How the system answers the tunnel's attempt to connect; `ok`: as it really does; `never`: not at all. */
export type Answer = 'ok' | 'never' | 'EMFILE' | 'ENETUNREACH';

export interface TunnelSockets {
  /** Connects as a client of the tunnel does. */
  connect(port: number): Socket;
  /** @param next is asked at each attempt of the tunnel's */
  answerWith(next: () => Answer): void;
  /** The tunnel listens here. */
  listens(port: number): void;
  /** The most that one of the tunnel's sockets holds for a reader that is too slow. */
  held(): number;
  /** Those that are still open. */
  open(): number;
  stop(): void;
}

class Refusal extends Error {
  readonly code: string;
  constructor(code: string) {
    super(`connect ${code}`);
    this.code = code;
  }
}

/** @param plant is given each of the tunnel's sockets */
export function watchSockets(plant: (socket: Socket) => void): TunnelSockets {
  const sockets = new Set<Socket>();
  const clients: Socket[] = [];
  let tunnelPort = 0;
  let isOwn = false;
  let answer: () => Answer = () => 'ok';

  function follow(socket: Socket): void {
    plant(socket);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  }
  function onClient(message: unknown): void {
    const { socket } = message as { socket: Socket };
    if (isOwn) return;
    follow(socket);
    const said = answer();
    if (said === 'ok') return;
    Object.assign(socket, {
      connect() {
        if (said !== 'never') process.nextTick(() => socket.destroy(new Refusal(said)));
        return socket;
      },
    });
  }
  function onServer(message: unknown): void {
    const { socket } = message as { socket: Socket };
    if (socket.localPort === tunnelPort) follow(socket);
  }
  subscribe('net.client.socket', onClient);
  subscribe('net.server.socket', onServer);
  return {
    connect(port) {
      isOwn = true;
      try {
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
        clients.push(socket.on('error', () => {}));
        return socket;
      } finally {
        isOwn = false;
      }
    },
    answerWith: (next) => {
      answer = next;
    },
    listens: (port) => {
      tunnelPort = port;
    },
    held: () => [...sockets].reduce((most, { writableLength }) => Math.max(most, writableLength), 0),
    open: () => sockets.size,
    stop() {
      for (const socket of [...clients, ...sockets]) socket.destroy();
      unsubscribe('net.client.socket', onClient);
      unsubscribe('net.server.socket', onServer);
    },
  };
}
