/**
 * A line that cannot be made: the client is told, soon, or it is held for as long as it waits. Never is it left
 * hanging.
 */
import type { Chance } from '../chance.ts';
import { connectHead, listenTo, writeTorn } from './ask.ts';
import type { Far } from './far.ts';
import type { World } from './world.ts';

const rule = 'a line that cannot be made is refused or reported';
/** More than a proxy may take for its answer, and the tunnel for all its attempts. */
const patienceMs = 400_000;
/** A failure of our own is over only when we say so: the agent can try again, we cannot help it. */
const soonMs = 5_000;

export async function refuse(world: World, far: Far, isApi: boolean, draw: Chance): Promise<void> {
  const { clock, ledger } = world;
  const { fate } = far;
  const what = `${fate}${isApi ? ', to the API' : ''}`;
  ledger.happened(`a line is not made: ${what}`);
  ledger.note(`asks for ${far.authority} (${what})`);
  world.leadsTo(far);
  world.attempts();
  const first = world.reports.length;
  const reports = () => world.reports.slice(first);
  const socket = world.connect();
  const told = listenTo(socket);
  writeTorn(socket, Buffer.from(connectHead(far.authority, world.authorization, draw)), draw);
  const isHeld = isApi && ['no route', 'no answer', 'proxy is silent'].includes(fate);
  const begun = clock.now();
  if (isHeld) {
    const isReported = () => reports().some(({ type }) => type === 'connection.waiting');
    ledger.holds(await clock.passUntil(isReported, 15_000), rule, `${what}: nobody hears of it`);
    await clock.pass(draw.magnitude(10, 200_000));
    ledger.holds(told.heard().length === 0 && !told.state.closed, rule, `${what}: not held`);
    if (draw.happens(0.5)) world.tunnel.networkChanged();
    if (draw.happens(0.5)) socket.end();
    else socket.resetAndDestroy();
  } else {
    const isTold = () => told.state.closed || told.state.ended || told.status() !== null;
    const came = await clock.passUntil(isTold, fate === 'no descriptors' ? soonMs : patienceMs);
    ledger.holds(came, rule, `${what}: silence for ${clock.now() - begun} ms`);
    const status = told.status() ?? 0;
    ledger.holds(status >= 400, rule, `${what}: ${told.heard().toString('latin1', 0, 80)}`);
    socket.resume();
    await world.settle(
      () => told.state.ended || told.state.closed,
      rule,
      () => `${what}: no end`,
    );
    const isPassedOn = far.refusal === null || told.heard().equals(far.refusal);
    ledger.holds(isPassedOn, 'a proxy’s answer is passed on as it is', `${told.heard().length} bytes`);
    const failed = () => reports().filter(({ type }) => type === 'connection.failed').length;
    await world.settle(
      () => failed() === 1,
      rule,
      () => `${what}: ${failed()} reports`,
    );
    socket.end();
  }
  const attempts = world.attempts();
  ledger.holds(isApi || attempts <= 1, 'another host is tried once', `${what}: ${attempts} attempts`);
  ledger.holds(attempts < 200, 'attempts are paced', `${attempts} attempts`);
  const isOver = () =>
    told.state.closed && world.tunnel.connections().every(({ host }) => host !== far.authority);
  await world.settle(isOver, 'nothing is left of a line that is over', () => what);
}
