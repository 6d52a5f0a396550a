/** Clients that are not the agent, or talk nonsense. None of them is served, and none keeps a socket. */
import type { Socket } from 'node:net';
import type { Chance } from '../chance.ts';
import { connectHead, listenTo, writeTorn } from './ask.ts';
import { randomBytes } from './records.ts';
import type { World } from './world.ts';

/** A client that shows no token is sent away after that long. */
const proofMs = 10_000;
/** So many may be about to show it. */
const crowd = 64;

const wrong = `Basic ${Buffer.from('guard:0000').toString('base64')}`;

type Act = (socket: Socket, authority: string, draw: Chance, right: string) => void;

const acts: Readonly<Record<string, Act>> = {
  'no token': (socket, authority, draw) =>
    writeTorn(socket, Buffer.from(connectHead(authority, null, draw)), draw),
  'wrong token': (socket, authority, draw) =>
    writeTorn(socket, Buffer.from(connectHead(authority, wrong, draw)), draw),
  'plain request without a token': (socket, authority, draw) =>
    writeTorn(socket, Buffer.from(`GET http://${authority}/ HTTP/1.1\r\nHost: ${authority}\r\n\r\n`), draw),
  garbage: (socket, _, draw) => writeTorn(socket, randomBytes(draw.magnitude(1, 50_000), draw), draw),
  'no target': (socket, _, draw, right) =>
    writeTorn(
      socket,
      Buffer.from(`GET / HTTP/1.1\r\nHost: a\r\nProxy-Authorization: ${right}\r\n\r\n`),
      draw,
    ),
  'half a head': (socket, authority, draw, right) => {
    const head = connectHead(authority, right, draw);
    socket.write(head.slice(0, draw.between(1, head.length - 1)));
  },
  silence: () => {},
  'a head without end': (socket, authority) =>
    socket.write(`CONNECT ${authority} HTTP/1.1\r\n${`X-A: ${'a'.repeat(1_000)}\r\n`.repeat(400)}`),
};

export async function intrude(world: World, draw: Chance): Promise<void> {
  const { clock, ledger } = world;
  const far = await world.open('direct', false, draw);
  world.leadsTo(far);
  world.attempts();
  const first = world.reports.length;
  const names = Object.keys(acts);
  const isCrowd = draw.happens(0.1);
  const few = Array.from({ length: draw.between(1, 4) }, () => draw.pick(names));
  const chosen = isCrowd ? Array.from({ length: crowd + 6 }, () => 'silence') : few;
  const clients = chosen.map((name) => {
    ledger.happened(`an intruder: ${isCrowd ? 'a crowd' : name}`);
    const socket = world.connect();
    const told = listenTo(socket);
    socket.on('end', () => socket.end());
    acts[name]?.(socket, far.authority, draw, world.authorization);
    return { name, socket, told };
  });
  for (let ms = 0; ms < proofMs + 1_000; ms += 500) {
    for (const { socket, told } of clients) if (told.status() !== null) socket.resume();
    await clock.passUntil(() => clients.every(({ told }) => told.state.closed), 500);
  }
  for (const { name, told } of clients) {
    const status = told.status();
    ledger.holds(
      status === null || (status >= 400 && status < 500),
      'nobody without a token is served',
      `${name}: ${status}`,
    );
    const isOver = told.state.closed || told.state.ended;
    ledger.holds(isOver, 'nobody without a token keeps a socket', name);
  }
  const isUntouched = far.arrived.length === 0 && world.attempts() === 0 && world.reports.length === first;
  ledger.holds(isUntouched, 'nobody without a token is served', `${chosen}: the tunnel connects`);
  for (const { socket } of clients) socket.destroy();
}
