/** The rest of the guard in print mode: recognizes turns, pauses and the end without a screen. */

import type { StateName } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { requestBytes } from '../detect/limits.ts';
import type { Event } from '../events.ts';
import type { End } from '../guard/fail-open.ts';
import type { Loop } from '../guard/loop.ts';
import { openRecords, type Records } from '../guard/records.ts';
import type { Senses } from '../guard/senses.ts';
import { type Way, watch } from '../guard/watch.ts';
import type { Emit } from '../sensors/sensor.ts';
import { sayWarnings } from '../words/say-warnings.ts';
import { createPipesBody } from './body.ts';
import type { Judge } from './launch.ts';
import type { Pipes, PrintParts } from './pipes.ts';
import { openPrintSenses } from './senses.ts';

export interface WatchOptions {
  readonly judge: Judge;
  /** Called once everything that has happened so far has been handled. */
  readonly begun: (senses: Senses) => void;
  /** Reported to the loop once it runs. */
  readonly warnings: readonly string[];
  readonly openings?: Openings;
}

/** Opens what looks at the machine, what writes down the run, and what people read. */
export interface Openings {
  senses(parts: PrintParts): Senses;
  records(parts: PrintParts, loop: Loop): Records;
  /** Shows messages of the guard's own. */
  say(messages: readonly string[]): void;
}

const ownOpenings: Openings = {
  senses: openPrintSenses,
  records: ({ run, agent, conversation }, loop) => openRecords(run, agent, conversation, loop, null),
  say: sayWarnings,
};

/** Resolves when the agent is gone for good. */
export async function watchPrint(parts: PrintParts, loop: Loop, options: WatchOptions): Promise<End> {
  const { judge, begun, warnings, openings = ownOpenings } = options;
  const { run, agent, pipes, leaving } = parts;
  const { emit } = run;
  const senses = openings.senses(parts);
  const { catchUp } = senses;
  const ranTurn = () => loop.state().evidence.turn.count > 0;
  const left = new Promise<End>((resolve) => {
    leaving.onLeave((signal) => resolve({ code: null, signal }));
  });
  pipes.output.onRoom(() => agent.process?.stdout.resume());
  const way: Way = {
    body: createPipesBody(parts, { catchUp, judge, ranTurn, say: openings.say }),
    senses,
    records: openings.records(parts, loop),
    turned(event, before, { name, evidence }) {
      if (event.type === 'screen') endPauseInTime(emit, event);
      if (beginsTurn(event, parts, before)) emit({ type: 'turn.started' });
      const { noRelaunch } = evidence.agent;
      const unrepeatable =
        event.type === 'tick' && noRelaunch === null ? (pipes.input?.unrepeatable() ?? null) : null;
      if (unrepeatable !== null) emit({ type: 'relaunch.impossible', detail: unrepeatable });
      if (waitsInVain(event, pipes, name)) leaving.go('SIGPIPE');
    },
    left,
    begun: () => begun(senses),
  };
  const end = await watch(parts, loop, way, warnings);
  agent.process?.kill('SIGTERM'); // an agent still runs only if the guard was told to end while starting it
  return end;
}

/**
 * No agent is running, the network is down, and nobody is left to read an answer. A killed script may have taken down
 * its own API server, for which the guard would wait for ever.
 */
function waitsInVain(event: Event, { output }: Pipes, state: StateName): boolean {
  return state === 'down' && event.type === 'network.probed' && !event.reachable && !output.hasReader();
}

/** Whether a turn begins that no hook reports: at its first record or, without records, at the first request. */
function beginsTurn(event: Event, { agent, pipes }: PrintParts, before: Evidence): boolean {
  if (before.turn.told?.working) return false;
  if (pipes.formats.output === 'records') return event.type === 'session' && event.source === 'output';
  if (agent.process === null) return false;
  return (
    event.type === 'connection.waiting' || (event.type === 'connection.bytes' && event.up >= requestBytes)
  );
}

/** The agent has reported how long it will wait before its next try. After that, its silence counts again. */
function endPauseInTime(emit: Emit, { facts }: Extract<Event, { type: 'screen' }>): void {
  if (facts.retry === undefined) return;
  const over = () => emit({ type: 'screen', facts: { activity: 'unknown' } });
  setTimeout(over, facts.retry.inMs ?? 0).unref();
}
