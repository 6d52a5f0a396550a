/**
 * A client that speaks TLS with an API, as agents do: handshake, tickets, requests, answers with pings, a goodbye. What
 * is told here by what it is, the tunnel sees only as sizes and times.
 */
import { requestBytes } from '../../../src/detect/limits.ts';
import type { ConnectionStage, Millis } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import { allArrived, type Line } from './ask.ts';
import type { End } from './end.ts';
import { data, lengthsOf, record, type Version } from './records.ts';
import type { World } from './world.ts';

/** What is true of a line, in the words in which the tunnel reports it. */
export interface Truth {
  stage: ConnectionStage;
  requestAt: Millis | null;
  requestSize: number;
  answerAt: Millis | null;
  lastUpAt: Millis | null;
  lastDownAt: Millis | null;
  pings: number;
  /** Something smaller was asked after the answer had begun. */
  isOver: boolean;
}

export interface Talk {
  readonly line: Line;
  readonly truth: Truth;
  /** Bytes so far. */
  readonly bytes: { up: number; down: number };
  /** The next thing that happens on it. */
  step(): Promise<void>;
  goodbye(): Promise<void>;
}

/** More than the tunnel takes for the time in which tickets come. */
const ticketsOverMs = 2_500;
/** More than the largest ticket. */
const noTicketBytes = 2_100;

export function startTalk(world: World, line: Line, draw: Chance): Talk {
  const { clock, ledger } = world;
  const version: Version = draw.pick(['TLS 1.2', 'TLS 1.3', 'TLS 1.3']);
  const truth: Truth = {
    stage: 'handshake',
    requestAt: null,
    requestSize: 0,
    answerAt: null,
    lastUpAt: null,
    lastDownAt: null,
    pings: 0,
    isOver: false,
  };
  const bytes = { up: line.near.sent.bytes, down: line.far.sent.bytes };
  let finishedAt: Millis | null = null;
  let roundTripMs: Millis = 0;
  let ticketLength: number | null = null;
  let ticketsLeft = version === 'TLS 1.3' ? draw.pick([0, 1, 2, 2]) : 0;
  let hasShaken = false;
  let isPinged = false;

  /** Sends it in up to so many pieces, each of which arrives before the next goes out. */
  async function send(from: End, whole: Buffer, pieces = draw.pick([1, 1, 2, 4])): Promise<void> {
    const cuts = Array.from({ length: pieces - 1 }, () =>
      draw.weighted([
        [1, draw.between(1, 80)],
        [1, draw.between(1, whole.length)],
      ]),
    );
    const places = [...new Set([0, ...cuts.filter((cut) => cut < whole.length), whole.length])].toSorted(
      (a, b) => a - b,
    );
    for (const [index, place] of places.slice(1).entries()) {
      from.send(whole.subarray(places[index], place));
      await allArrived(world, line);
    }
    if (from === line.near) {
      bytes.up += whole.length;
      truth.lastUpAt = clock.now();
    } else bytes.down += whole.length;
  }
  async function down(whole: Buffer, pieces?: number): Promise<void> {
    await send(line.far, whole, pieces);
    truth.lastDownAt = clock.now();
  }

  async function shakeHands(): Promise<void> {
    const { near } = line;
    hasShaken = true;
    ledger.note(`${line.name}: ${version}, ${ticketsLeft} tickets`);
    await send(near, record('handshake', draw.between(180, 1_800), draw));
    roundTripMs = draw.magnitude(1, 600);
    await clock.pass(roundTripMs);
    const hello = record('handshake', 90, draw);
    const change = record('change', 1, draw);
    if (version === 'TLS 1.2') {
      await down(Buffer.concat([hello, record('handshake', draw.between(800, 5_000), draw)]));
      await send(near, Buffer.concat([record('handshake', 37, draw), change, record('handshake', 40, draw)]));
      await clock.pass(roundTripMs);
      await down(Buffer.concat([record('handshake', 202, draw), change, record('handshake', 40, draw)]));
      return;
    }
    const secret = draw.happens(0.5) ? [draw.between(900, 5_000)] : [25, draw.between(800, 4_000), 281, 69];
    await down(Buffer.concat([hello, change, data(secret, draw)]));
    const finished = Buffer.concat([change, data([draw.pick([53, 69])], draw)]);
    finishedAt = clock.now();
    truth.stage = 'ready';
    if (draw.happens(0.4)) await request(finished);
    else await send(near, finished);
    if (draw.happens(0.5)) await tickets();
  }

  async function tickets(): Promise<void> {
    if (ticketsLeft === 0 || finishedAt === null || clock.now() - finishedAt > 1_000) return;
    ticketLength = draw.magnitude(100, 2_040);
    await clock.pass(draw.magnitude(1, 900));
    const all = Array.from({ length: ticketsLeft }, () => data([ticketLength ?? 0], draw));
    ticketsLeft = 0;
    ledger.happened(truth.stage === 'request' ? 'tickets after the request' : 'tickets before the request');
    await down(Buffer.concat(all), 1);
  }

  /** @param before goes out with it, in one flight */
  async function request(before: Buffer = Buffer.alloc(0)): Promise<void> {
    const size = draw.magnitude(requestBytes, 400_000);
    const lengths = lengthsOf(size, draw);
    const flights = draw.pick([1, 1, 2, 3]);
    truth.requestAt = clock.now();
    truth.requestSize = size;
    truth.answerAt = null;
    truth.isOver = false;
    isPinged = false;
    const perFlight = Math.ceil(lengths.length / flights);
    for (let at = 0; at < lengths.length; at += perFlight) {
      const flight = data(lengths.slice(at, at + perFlight), draw);
      await send(line.near, at === 0 ? Buffer.concat([before, flight]) : flight);
      if (at + perFlight < lengths.length) await clock.pass(draw.between(1, 200));
    }
    truth.stage = 'request';
    ledger.happened('a request');
    if (draw.happens(0.3)) await tickets();
  }

  /** A piece of an answer. */
  async function answer(): Promise<void> {
    const mayBeTicket = truth.answerAt === null && finishedAt !== null && isTicketTime();
    if (mayBeTicket && ticketsLeft > 0) await tickets();
    const least = mayBeTicket && ticketLength === null ? noTicketBytes : 120;
    const lengths = Array.from({ length: draw.pick([1, 1, 2, 5]) }, () => draw.magnitude(least, 16_000));
    if (lengths[0] === ticketLength) lengths[0] = noTicketBytes;
    finishedAt = null;
    if (truth.stage === 'request' || truth.answerAt === null) truth.answerAt = clock.now();
    truth.stage = 'answer';
    if (isPinged) truth.pings += 1;
    isPinged = false;
    await down(data(lengths, draw));
    ledger.happened('a piece of an answer');
  }

  const isTicketTime = () =>
    finishedAt !== null && clock.now() - finishedAt <= Math.max(ticketsOverMs, 2 * roundTripMs);

  async function ping(): Promise<void> {
    await clock.pass(draw.magnitude(1_010, 30_000));
    if (isPinged) truth.pings += 1;
    isPinged = true;
    await down(data([draw.between(24, 67)], draw), 1);
    ledger.happened('a ping');
  }

  /** A title, a token count: too small to be a turn's request. */
  async function smallRequest(): Promise<void> {
    await clock.pass(300);
    await send(line.near, data([draw.between(200, requestBytes - 1)], draw));
    truth.answerAt = null;
    truth.isOver = true;
    if (truth.stage === 'handshake') truth.stage = 'ready';
    isPinged = false;
    await clock.pass(draw.magnitude(1, 2_000));
    if (truth.stage === 'answer') truth.answerAt = clock.now();
    await down(data([noTicketBytes + draw.between(0, 500)], draw), 1);
    finishedAt = null;
    ledger.happened('a small request');
  }

  async function step(): Promise<void> {
    if (!hasShaken) await shakeHands();
    else if (truth.stage === 'handshake' || truth.stage === 'ready')
      await draw.weighted([
        [4, request],
        [1, smallRequest],
      ])();
    else if (truth.stage === 'request') await answer();
    else
      await draw.weighted([
        [6, answer],
        [3, ping],
        [2, request],
        [1, smallRequest],
      ])();
    await clock.pass(draw.magnitude(510, 20_000));
  }

  return {
    line,
    truth,
    bytes,
    step,
    async goodbye() {
      if (!hasShaken) await step();
      const before = truth.lastDownAt;
      await down(version === 'TLS 1.2' ? record('alert', 26, draw) : data([19], draw), 1);
      truth.lastDownAt = before;
      ledger.happened('a goodbye');
      await clock.pass(510);
    },
  };
}
