/** A client asks the tunnel for a line, and either gets it or is told why not. */
import type { Socket } from 'node:net';
import type { Chance } from '../chance.ts';
import { createEnd, type End, nothingSent } from './end.ts';
import { type Far, isMade } from './far.ts';
import { randomBytes } from './records.ts';
import type { World } from './world.ts';

export interface Line {
  readonly name: string;
  /** The tunnel's number for it. */
  readonly id: number;
  readonly near: End;
  readonly far: End;
}

/** How a request is written, by agents of several kinds. */
export function connectHead(authority: string, authorization: string | null, draw: Chance): string {
  const lines = [`CONNECT ${authority} HTTP/1.1`];
  if (draw.happens(0.7)) lines.push(`Host: ${authority}`);
  if (authorization !== null)
    lines.push(`${draw.pick(['Proxy-Authorization', 'proxy-authorization'])}: ${authorization}`);
  if (draw.happens(0.3))
    lines.push('Proxy-Connection: keep-alive', `User-Agent: ${'a'.repeat(draw.magnitude(1, 20_000))}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** All in one piece, torn anywhere, or byte by byte. */
export function writeTorn(socket: Socket, bytes: Buffer, draw: Chance): void {
  const piece = draw.pick([bytes.length, draw.magnitude(1, bytes.length), Math.ceil(bytes.length / 400)]);
  for (let at = 0; at < bytes.length; at += piece) socket.write(bytes.subarray(at, at + piece));
}

/** What a socket has been told; grows until `letGo`. */
export function listenTo(socket: Socket) {
  let heard = Buffer.alloc(0);
  const state = { ended: false, broken: false, closed: false };
  const hear = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    if (heard.includes('\r\n\r\n')) socket.pause(); // nobody reads on before somebody knows what it is
  };
  socket.on('data', hear);
  socket.on('end', () => Object.assign(state, { ended: true }));
  socket.on('error', () => Object.assign(state, { broken: true }));
  socket.on('close', () => Object.assign(state, { closed: true }));
  return {
    state,
    heard: () => heard,
    status: () => (heard.includes('\r\n\r\n') ? Number(heard.toString('latin1', 9, 12)) : null),
    /** The rest is somebody else's. */
    letGo() {
      const rest = heard.subarray(heard.indexOf('\r\n\r\n') + 4);
      socket.off('data', hear);
      if (rest.length > 0) socket.unshift(rest);
    },
  };
}

/** Null: a rule is broken. The far must be one to which lines are made. */
export async function openLine(world: World, far: Far, name: string, draw: Chance): Promise<Line | null> {
  const { clock, ledger } = world;
  world.leadsTo(far);
  const number = far.arrived.length;
  const first = world.reports.length;
  const socket = world.connect();
  const told = listenTo(socket);
  const [up, down] = [nothingSent(), nothingSent()];
  const early =
    far.isHasty && draw.happens(0.3) ? randomBytes(draw.magnitude(1, 30_000), draw) : Buffer.alloc(0);
  if (early.length > 0) Object.assign(up, { pieces: [early], bytes: early.length });
  if (far.greeting.length > 0) Object.assign(down, { pieces: [far.greeting], bytes: far.greeting.length });
  const head = connectHead(far.authority, world.authorization, draw);
  writeTorn(socket, Buffer.concat([Buffer.from(head), early]), draw);
  ledger.note(`${name}: asks for ${far.authority} (${far.fate})`);
  const isTold = () => told.status() !== null || told.state.closed;
  if (far.fate === 'later') await clock.passUntil(isTold, 200_000);
  const rule = 'a line that can be made is made';
  if (!(await world.settle(isTold, rule, () => `${name}: no answer`))) return null;
  ledger.holds(told.status() === 200, rule, `${name}: ${told.heard().toString('latin1', 0, 100)}`);
  if (told.status() !== 200 || !isMade(far.fate)) return null;
  const arrived = () => far.arrived.length > number;
  if (!(await world.settle(arrived, rule, () => `${name}: nobody arrives`))) return null;
  const isOpened = (one: (typeof world.reports)[number]) =>
    one.type === 'connection.opened' && one.host === far.authority;
  const opened = () => world.reports.slice(first).find(isOpened);
  if (
    !(await world.settle(
      () => opened() !== undefined,
      'a line is reported',
      () => name,
    ))
  )
    return null;
  const report = opened();
  const near = createEnd(`${name}: the client`, socket, up, down, ledger, draw);
  told.letGo();
  const server = far.arrived[number] as Socket;
  const line: Line = {
    name,
    id: report !== undefined && 'id' in report ? (report.id as number) : 0,
    near,
    far: createEnd(`${name}: the server`, server, down, up, ledger, draw),
  };
  near.resume();
  line.far.resume();
  ledger.happened(`a line is made: ${far.fate}`);
  await allArrived(world, line);
  return line;
}

/** All that was sent arrives. */
export const allArrived = (world: World, { name, near, far }: Line): Promise<boolean> =>
  world.settle(
    () => near.got === far.sent.bytes && far.got === near.sent.bytes,
    'all bytes arrive',
    () => `${name}: ${far.got} of ${near.sent.bytes} up, ${near.got} of ${far.sent.bytes} down`,
  );
