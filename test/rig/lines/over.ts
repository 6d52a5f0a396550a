/** How lines end, and what each end must then see. */
import type { ConnectionCause, ConnectionEnd } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';
import { allArrived, type Line } from './ask.ts';
import type { Closing, End } from './end.ts';
import { randomBytes } from './records.ts';
import type { World } from './world.ts';

const rule = 'an end reaches the other end as what it was';

async function seen(world: World, end: End, what: Closing, where: string): Promise<void> {
  end.resume();
  const came = await world.settle(
    () => end.closing !== null,
    rule,
    () => `${where} sees no ${what}`,
  );
  if (came) world.ledger.holds(end.closing === what, rule, `${where} sees ${end.closing}, not ${what}`);
}

async function reported(
  world: World,
  { id, name }: Line,
  by: ConnectionEnd,
  cause: ConnectionCause,
): Promise<void> {
  const closed = () => world.reports.filter((one) => one.type === 'connection.closed' && one.id === id);
  const came = await world.settle(
    () => closed().length > 0,
    'an end is reported as what it was',
    () => `${name}: none`,
  );
  if (!came) return;
  const [one] = closed();
  const what = one?.type === 'connection.closed' ? `${one.by} ${one.cause}` : '';
  world.ledger.holds(
    what === `${by} ${cause}` && closed().length === 1,
    'an end is reported as what it was',
    `${name}: ${closed().length} reports, the first ${what}, not ${by} ${cause}`,
  );
}

/**
 * One end ends the line or breaks it off, or the guard cuts it.
 * @param hasMore an end may have something to say right before it ends
 */
export async function close(
  world: World,
  line: Line,
  others: readonly Line[],
  hasMore: boolean,
  draw: Chance,
): Promise<void> {
  const { ledger } = world;
  const way = draw.weighted([
    [4, 'end'],
    [2, 'reset'],
    [2, 'cut'],
  ] as const);
  ledger.happened(`a line closes: ${way}`);
  if (way === 'cut') return cut(world, line, others);
  const isNear = draw.happens(0.5);
  const [first, second] = isNear ? [line.near, line.far] : [line.far, line.near];
  const by = isNear ? 'agent' : 'peer';
  const where = `${line.name}: the other end (${isNear ? 'server' : 'client'})`;
  ledger.note(`${line.name}: ${by} ${way}`);
  if (way === 'reset') {
    first.reset();
    await seen(world, second, 'reset', where);
    await reported(world, line, by, 'reset');
    return;
  }
  if (draw.happens(0.3)) second.stall();
  if (hasMore && draw.happens(0.5)) first.send(randomBytes(draw.magnitude(1, 2_000_000), draw));
  first.end();
  await seen(world, second, 'end', where);
  await allArrived(world, line);
  await reported(world, line, by, 'closed');
  // The other end may still have something to say.
  if (draw.happens(0.5)) second.send(randomBytes(draw.magnitude(1, 300_000), draw));
  if (draw.happens(0.2)) {
    await allArrived(world, line);
    second.reset();
    await seen(world, first, 'reset', `${line.name}: who ended first`);
    return;
  }
  second.end();
  await seen(world, first, 'end', `${line.name}: who ended first`);
  await allArrived(world, line);
}

async function cut(world: World, line: Line, others: readonly Line[]): Promise<void> {
  const { ledger, tunnel } = world;
  ledger.note(`${line.name}: the guard cuts`);
  const count = tunnel.cut([line.id]);
  ledger.holds(count === 1, 'a cut reaches the line that it names', `${line.name}: ${count} lines cut`);
  await seen(world, line.near, 'reset', `${line.name}: the client`);
  await seen(world, line.far, 'reset', `${line.name}: the server`);
  await reported(world, line, 'guard', 'cut');
  for (const other of others) {
    const isWell = other.near.closing === null && other.far.closing === null;
    ledger.holds(isWell, 'a cut reaches no other line', other.name);
  }
}

/** Both ends are gone, with all that the tunnel had of them. */
export async function gone(world: World, { name, near, far, id }: Line): Promise<void> {
  for (const end of [near, far]) {
    end.resume();
    if (end.closing === 'reset') end.socket.destroy();
  }
  const isGone = () =>
    near.isClosed && far.isClosed && world.tunnel.connections().every((one) => one.id !== id);
  await world.settle(isGone, 'nothing is left of a line that is over', () => name);
}
