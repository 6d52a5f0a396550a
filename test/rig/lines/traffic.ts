/**
 * What is on its way: all sockets of the world, and both ends of each, are in this process, so what one end has sent
 * and the other has not yet seen is known. Bytes for an end that does not read are not on their way: they stay where
 * they are.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

export interface Traffic {
  /** Null: nothing happens any more unless time passes, or somebody does something. */
  onItsWay(): string | null;
  stop(): void;
}

interface Link {
  readonly name: string;
  client: Socket | null;
  server: Socket | null;
}

/** Requests to the system that end by themselves, as node calls them: files, names. */
const isRequest = (name: string): boolean => /^(FSReq|CloseReq|GetAddrInfo)/.test(name);

export function watchTraffic(): Traffic {
  const connecting = new Set<Socket>();
  const links = new Map<string, Link>();

  /** The end that comes first begins the link; a port is used again only once its link is over. */
  function join(end: 'client' | 'server', socket: Socket, from?: number, to?: number): void {
    if (from === undefined || to === undefined) return; // it is over already
    const name = `${from} > ${to}`;
    const known = links.get(name);
    const link = known === undefined || known[end] !== null ? { name, client: null, server: null } : known;
    link[end] = socket;
    links.set(name, link);
  }
  function onClient(message: unknown): void {
    const { socket } = message as { socket: Socket };
    connecting.add(socket);
    socket.once('connect', () => join('client', socket, socket.localPort, socket.remotePort));
  }
  function onServer(message: unknown): void {
    const { socket } = message as { socket: Socket };
    join('server', socket, socket.remotePort, socket.localPort);
  }
  subscribe('net.client.socket', onClient);
  subscribe('net.server.socket', onServer);

  function onLink({ name, client, server }: Link): string | null {
    if (client === null) return null; // it connects
    if (server === null) return client.destroyed ? null : `${name}: its acceptance`;
    const way = onWay(client, server) ?? onWay(server, client);
    return way === null ? null : `${name}: ${way}`;
  }

  return {
    onItsWay() {
      const request = process.getActiveResourcesInfo().find(isRequest);
      if (request !== undefined) return request;
      for (const socket of connecting) {
        if (socket.connecting) return 'a connection';
        if (!socket.pending || socket.destroyed) connecting.delete(socket);
      }
      for (const [name, link] of links) {
        const what = onLink(link);
        if (what !== null) return what;
        if (link.client?.closed && link.server?.closed !== false) links.delete(name);
      }
      return null;
    },
    stop() {
      unsubscribe('net.client.socket', onClient);
      unsubscribe('net.server.socket', onServer);
    },
  };
}

/** From one end to the other. */
function onWay(from: Socket, to: Socket): string | null {
  if (to.destroyed) return to.closed ? null : 'its close';
  if (from.destroyed && to.writableLength > 0) return 'what becomes of bytes for an end that is gone';
  if (!reads(to)) return null;
  const bytes = from.bytesWritten - to.bytesRead;
  if (bytes > 0) return `${bytes} bytes`;
  if (from.writableLength > 0) return 'the word that all bytes have been taken';
  const isOver = from.destroyed || from.writableEnded;
  return isOver && to.readableFlowing === true && !to.readableEnded ? 'an end' : null;
}

/** Whether the system is asked for more, which ends once the buffer is full. Node has no public API for it. */
function reads(socket: Socket): boolean {
  const { _handle } = socket as Socket & { readonly _handle?: { readonly reading?: boolean } | null };
  return _handle?.reading === true;
}
