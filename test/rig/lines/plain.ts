/** Clients that speak plain http: one request after the other, and those that change to another protocol. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Chance } from '../chance.ts';
import { writeTorn } from './ask.ts';
import { randomBytes } from './records.ts';
import type { World } from './world.ts';

const rule = 'a plain request and its answer pass unchanged';

/** A server that answers each request with what it is told, once it has the request whole. */
async function openServer() {
  const got: Buffer[] = [];
  const sockets = new Set<Socket>();
  let answer: (socket: Socket) => void = () => {};
  let isAnswered = false;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.on('end', () => socket.end());
    socket.on('data', (chunk) => {
      got.push(chunk);
      if (isAnswered || !isWhole(Buffer.concat(got))) return;
      isAnswered = true;
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    got: () => Buffer.concat(got),
    next(with_: (socket: Socket) => void) {
      got.length = 0;
      isAnswered = false;
      answer = with_;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const [, length] = /content-length: (\d+)/i.exec(bytes.toString('latin1', 0, end)) ?? [];
  return bytes.length >= end + 4 + Number(length ?? 0);
}

export async function playPlain(world: World, draw: Chance): Promise<void> {
  const { ledger, clock } = world;
  world.leadsTo(null);
  const server = await openServer();
  const host = `127.0.0.1:${server.port}`;
  const socket = world.connect();
  let heard = Buffer.alloc(0);
  let isClosed = false;
  let isEnded = false;
  socket.on('end', () => {
    isEnded = true;
  });
  socket.on('data', (chunk) => {
    heard = Buffer.concat([heard, chunk]);
  });
  socket
    .on('error', () => {})
    .on('close', () => {
      isClosed = true;
    });
  const proof = `Proxy-Authorization: ${world.authorization}`;
  for (let left = draw.between(0, 3); left > 0; left--) {
    const body = randomBytes(draw.magnitude(1, 300_000), draw);
    const reply = randomBytes(draw.magnitude(1, 300_000), draw);
    server.next((far) =>
      writeTorn(
        far,
        Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${reply.length}\r\n\r\n`), reply]),
        draw,
      ),
    );
    heard = Buffer.alloc(0);
    const head = `POST http://${host}/v1 HTTP/1.1\r\nHost: ${host}\r\n${proof}\r\nContent-Length: ${body.length}\r\n\r\n`;
    writeTorn(socket, Buffer.concat([Buffer.from(head), body]), draw);
    ledger.happened('a plain request');
    await world.settle(
      () => isWhole(heard),
      rule,
      () => `${heard.length} of ${reply.length} bytes of the answer`,
    );
    const rest = (bytes: Buffer) => bytes.subarray(bytes.indexOf('\r\n\r\n') + 4);
    ledger.holds(rest(server.got()).equals(body), rule, 'the request’s body');
    ledger.holds(rest(heard).equals(reply), rule, 'the answer’s body');
    ledger.holds(
      !/proxy-/i.test(server.got().toString('latin1', 0, server.got().indexOf('\r\n\r\n'))),
      'the token stays here',
      'the server sees it',
    );
    await clock.pass(draw.magnitude(1, 5_000));
    if (ledger.violations.length > 0) break;
  }
  if (draw.happens(0.6)) await upgrade();
  socket.end();
  const isOver = () => isClosed && world.tunnel.connections().every((one) => one.host !== host);
  await world.settle(isOver, 'nothing is left of a line that is over', () => 'plain');
  server.close();

  async function upgrade(): Promise<void> {
    const isGranted = draw.happens(0.6);
    const words = randomBytes(draw.magnitude(1, 20_000), draw);
    const early = randomBytes(draw.magnitude(1, 2_000), draw);
    const answer = isGranted
      ? 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'
      : 'HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n';
    server.next((one) => {
      void tear(one, Buffer.concat([Buffer.from(answer), isGranted ? words : Buffer.alloc(0)]));
    });
    heard = Buffer.alloc(0);
    const head = `GET http://${host}/ws HTTP/1.1\r\nHost: ${host}\r\n${proof}\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n`;
    writeTorn(socket, Buffer.from(head), draw);
    ledger.happened(`an upgrade: ${isGranted ? 'granted' : 'refused'}`);
    if (draw.happens(0.5)) {
      socket.write(early);
      const isSent = () => server.got().length > 0 && server.got().subarray(-early.length).equals(early);
      if (isGranted)
        await world.settle(
          isSent,
          'after an upgrade, anything passes',
          () => `${server.got().length} bytes up`,
        );
    }
    const expected = Buffer.concat([Buffer.from(answer), isGranted ? words : Buffer.alloc(0)]);
    // What was sent before a refusal might be taken for another request, so the line ends.
    const came = () => heard.length >= expected.length || isClosed || (!isGranted && isEnded);
    if (!(await world.settle(came, 'after an upgrade, anything passes', () => `${heard.length} bytes down`)))
      return;
    if (isGranted)
      ledger.holds(
        heard.equals(expected),
        'after an upgrade, anything passes',
        `${heard.length} bytes down, not ${expected.length}`,
      );
  }

  /** Each piece arrives by itself. */
  async function tear(far: Socket, bytes: Buffer): Promise<void> {
    const cut = draw.between(1, Math.min(40, bytes.length));
    far.write(bytes.subarray(0, cut));
    const before = heard.length;
    await clock.until(() => heard.length >= before + cut || isClosed);
    far.write(bytes.subarray(cut));
  }
}
