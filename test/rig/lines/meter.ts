/** Whether what the tunnel reports of a line is what was sent on it, and when. */
import { startClock } from '../../../src/detect/evidence/clock.ts';
import {
  afterBytes,
  type Carried,
  closedConnection,
  openedConnection,
} from '../../../src/detect/evidence/connection.ts';
import { settleMs } from '../../../src/detect/limits.ts';
import type { ConnectionCause } from '../../../src/events.ts';
import type { Line } from './ask.ts';
import type { Talk } from './talk.ts';
import type { World } from './world.ts';

const rule = 'what is reported of a line is so';

/** Bytes that have been reported. */
export function reportedBytes(
  { reports }: World,
  { id }: Line,
): { readonly up: number; readonly down: number } {
  const sum = { up: 0, down: 0 };
  for (const one of reports) {
    if (one.type !== 'connection.bytes' || one.id !== id) continue;
    sum.up += one.up;
    sum.down += one.down;
  }
  return sum;
}

/** To be called when all is reported. */
export function judgeTalk(world: World, { line, truth, bytes }: Talk): void {
  const { ledger, reports } = world;
  const said = reportedBytes(world, line);
  for (const way of ['up', 'down'] as const)
    ledger.holds(
      said[way] === bytes[way],
      rule,
      `${line.name}: ${said[way]} bytes ${way}, not ${bytes[way]}`,
    );
  const mine = reports.filter((one) => one.type === 'connection.bytes' && one.id === line.id);
  const last = mine.at(-1);
  if (last?.type !== 'connection.bytes') return;
  const pings = mine.filter((one) => one.type === 'connection.bytes' && one.pinged).length;
  const expected = {
    stage: truth.stage,
    requestAt: truth.requestAt,
    requestSize: truth.requestSize,
    answerAt: truth.answerAt,
    lastUpAt: truth.lastUpAt,
    lastDownAt: truth.lastDownAt,
    pings: truth.pings,
  };
  const found = {
    stage: last.stage,
    requestAt: last.requestAt ?? null,
    requestSize: last.requestSize ?? 0,
    answerAt: last.answerAt ?? null,
    lastUpAt: last.lastUpAt ?? null,
    lastDownAt: last.lastDownAt ?? null,
    pings,
  };
  for (const key of Object.keys(expected) as (keyof typeof expected)[])
    ledger.holds(
      found[key] === expected[key],
      rule,
      `${line.name}: ${key} is ${found[key]}, not ${expected[key]}`,
    );
}

/** What the line carried as it closed, as the guard's own evidence has it from the reports. */
export function judgeCarried(world: World, { line, truth }: Talk): void {
  const { ledger, reports } = world;
  let connection: ReturnType<typeof openedConnection> | null = null;
  for (const one of reports) {
    if (!('id' in one) || one.id !== line.id) continue;
    if (one.type === 'connection.opened') connection = openedConnection(one, one.at);
    if (one.type === 'connection.bytes' && connection)
      connection = afterBytes(connection, one, one.at, startClock(one.at));
    if (one.type !== 'connection.closed' || !connection) continue;
    const { carried } = closedConnection(connection, one, one.at, startClock(one.at));
    const expected = carriedBy(truth, one.cause, one.at);
    ledger.happened(`a line that carried: ${expected}`);
    ledger.holds(
      carried === expected,
      'what a line carried is known',
      `${line.name}: ${carried}, not ${expected}`,
    );
  }
}

function carriedBy(truth: Talk['truth'], cause: ConnectionCause, now: number): Carried {
  if (truth.stage === 'request') return 'request';
  if (truth.stage !== 'answer' || truth.answerAt === null) return 'nothing';
  const lastDownAt = truth.lastDownAt ?? 0;
  if (!truth.isOver && lastDownAt - truth.answerAt > 250) return 'stream';
  const isBroken = cause === 'reset' || cause === 'dead';
  return isBroken && now - lastDownAt < settleMs ? 'request' : 'whole';
}
