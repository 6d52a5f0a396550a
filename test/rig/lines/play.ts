/** One seed: a tunnel, and clients that use it or try to, some at the same time. */
import { seededRandom, seedOf } from '../../../src/drill/seeded-random.ts';
import { type Chance, chance } from '../chance.ts';
import type { Played } from '../seeds.ts';
import { type Line, openLine } from './ask.ts';
import { type Bug, noBug } from './bugs.ts';
import { createBulk } from './bulk.ts';
import { takeClock } from './clock.ts';
import { type Far, type Fate, openFar } from './far.ts';
import { intrude } from './intruders.ts';
import { createLedger } from './ledger.ts';
import { judgeCarried, judgeTalk } from './meter.ts';
import { close, gone } from './over.ts';
import { playPlain } from './plain.ts';
import { refuse } from './refused.ts';
import { startTalk, type Talk } from './talk.ts';
import { watchTraffic } from './traffic.ts';
import { openWorld, type World } from './world.ts';

interface Client {
  readonly line: Line;
  readonly talk: Talk | null;
  readonly steps: number;
  step(): Promise<void>;
}

const refusing: readonly Fate[] = [
  'refused',
  'no route',
  'no descriptors',
  'no answer',
  'proxy denies',
  'proxy cannot',
  'proxy is silent',
  'proxy resets',
  'proxy hangs up',
];

export async function play(seed: number, bug: Bug = noBug): Promise<Played> {
  await import('../../../src/tunnel/front.ts'); // loading takes real time, and is no traffic
  const traffic = watchTraffic();
  const clock = takeClock(traffic.onItsWay);
  const ledger = createLedger(clock);
  const { random } = Math;
  Math.random = seededRandom(seedOf(`${seed}/pauses`)); // the tunnel draws how long it waits
  const onWarning = (warning: Error) => ledger.broke('node has nothing to warn of', String(warning));
  process.on('warning', onWarning);
  try {
    const draw = chance(seed, 'world');
    const isApiRefused = draw.happens(0.3);
    const apiFate = isApiRefused ? draw.pick(refusing) : draw.pick(['direct', 'proxy', 'later'] as const);
    const api = draw.happens(0.7) ? await openFar(apiFate, false, chance(seed, 'api')) : null;
    const world = await openWorld(clock, ledger, chance(seed, 'tunnel'), api, bug);
    if (api !== null && isApiRefused) await refuse(world, api, true, chance(seed, 'refusal'));
    for (let count = draw.pick([0, 0, 1, 2]); count > 0; count--)
      await refuse(world, await world.open(draw.pick(refusing), false, draw), false, draw);
    if (draw.happens(0.4)) await intrude(world, chance(seed, 'intruder'));
    if (draw.happens(0.4)) await playPlain(world, chance(seed, 'plain'));
    if (ledger.violations.length === 0) await converse(world, isApiRefused ? null : api, seed, draw);
    if (ledger.violations.length === 0) await world.close();
    else await world.abandon();
    return ledger;
  } finally {
    process.off('warning', onWarning);
    clock.giveBack();
    traffic.stop();
    Math.random = random;
  }
}

/** Several lines at the same time; one thing happens after the other, on any of them. */
async function converse(world: World, api: Far | null, seed: number, draw: Chance): Promise<void> {
  const { ledger } = world;
  const clients: Client[] = [];
  const fars = api === null ? [] : [api];
  for (let more = draw.between(1, 3); more > 0; more--)
    fars.push(await world.open(draw.pick(['direct', 'proxy'] as const), draw.happens(0.5), draw));
  for (const [index, far] of fars.entries()) {
    const of = chance(seed, `line ${index}`);
    const line = await openLine(world, far, `line ${index + 1}`, of);
    if (line === null) return;
    const talk = far.isHasty ? null : startTalk(world, line, of);
    const { step } = talk ?? createBulk(world, line, of);
    clients.push({ line, talk, step, steps: of.between(0, 14) });
  }
  let left = clients.map((client) => ({ client, steps: client.steps }));
  while (left.length > 0 && ledger.violations.length === 0) {
    const next = draw.pick(left);
    if (next.steps > 0) {
      next.steps -= 1;
      await next.client.step();
      if (next.client.talk) judgeTalk(world, next.client.talk);
      continue;
    }
    const others = left.filter((one) => one !== next);
    await finish(
      world,
      next.client,
      others.map(({ client }) => client.line),
      draw,
    );
    left = others;
  }
}

async function finish(
  world: World,
  { line, talk }: Client,
  others: readonly Line[],
  draw: Chance,
): Promise<void> {
  if (talk !== null && draw.happens(0.3)) {
    await talk.goodbye();
    judgeTalk(world, talk);
  }
  await close(world, line, others, talk === null, draw);
  if (world.ledger.violations.length > 0) return;
  if (talk !== null) judgeCarried(world, talk);
  await gone(world, line);
}
