/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands, as in `guard/watch-over.ts`. Everything
 * here may fail without the script noticing.
 */

import { isAtRest } from '../decide/at-rest.ts';
import { lookAgainAt, step } from '../decide/machine.ts';
import type { StateName } from '../decide/state.ts';
import type { Evidence } from '../detect/evidence/index.ts';
import { requestBytes } from '../detect/limits.ts';
import type { Event } from '../events.ts';
import { sayDeafness } from '../guard/deaf.ts';
import type { End } from '../guard/fail-open.ts';
import { follow } from '../guard/follow.ts';
import { createHurry } from '../guard/hurry.ts';
import type { Loop } from '../guard/loop.ts';
import { openRecords } from '../guard/records.ts';
import { sessionLooker } from '../guard/session.ts';
import type { OnEnd } from './launch.ts';
import { createPrintPerformer } from './perform.ts';
import type { PrintRun } from './run.ts';
import { openPrintSenses } from './senses.ts';

const farewellMs = 1_000;

export interface WatchOptions {
  readonly onEnd: OnEnd;
  /** Called once all that has happened so far has been dealt with. */
  readonly begun: () => void;
  /** To be said once there is somebody to say them to. */
  readonly warnings: readonly string[];
}

/** Resolves when the agent is gone for good. */
export async function watchPrint(run: PrintRun, loop: Loop, options: WatchOptions): Promise<End> {
  const { onEnd, begun, warnings } = options;
  const { emit } = run;
  const senses = openPrintSenses(run);
  const lookForSession = sessionLooker(run);
  const hearing = sayDeafness(run);
  run.catchUp = senses.catchUp;
  const records = openRecords(run, loop, null);
  run.output.onRoom(() => run.child?.stdout.resume());

  const hurry = createHurry(loop);
  const end = new Promise<End>((resolve) => {
    run.leave = (signal) => {
      resolve({ code: null, signal });
      emit({ type: 'input', kind: 'interrupt', bytes: 0 }); // ends the incident as the person's own decision
    };
    const perform = createPrintPerformer(run, {
      ...records,
      probe: () => senses.probe(),
      exit: ({ code, signal }) => resolve({ code, signal }),
      ranTurn: () => loop.state().evidence.turn.count > 0,
      onEnd,
    });
    loop.begin({
      step,
      lookAgainAt,
      isAtRest,
      rest: senses.rest,
      turned(event, before, result) {
        follow(run, event);
        if (event.type === 'screen') endPauseInTime(run, event);
        if (event.type === 'turn.started') lookForSession();
        if (beginsTurn(event, run, before.evidence)) emit({ type: 'turn.started' });
        const { noRelaunch } = result.state.evidence.agent;
        const unrepeatable =
          event.type === 'tick' && noRelaunch === null ? (run.input?.unrepeatable() ?? null) : null;
        if (unrepeatable !== null) emit({ type: 'relaunch.impossible', detail: unrepeatable });
        if (waitsInVain(event, run, result.state.name)) run.leave('SIGPIPE');
        senses.tell(event, result.state.evidence);
        hearing(result.state.evidence);
        hurry.turned(result.state);
        records.reporter.turned(event, before, result);
      },
      perform,
    });
  });
  begun();
  records.tellKnown(warnings);
  await senses.start();

  const result = await end;
  hurry.stop();
  await senses.stop();
  await records.close(farewellMs);
  run.child?.kill('SIGTERM'); // only where we were told to go while it was being started
  return result;
}

/**
 * No agent runs, the network is away, and nobody is left who could read an answer: where a killed script has taken
 * its server with it, that would be for ever.
 */
function waitsInVain(event: Event, { output }: PrintRun, state: StateName): boolean {
  return state === 'down' && event.type === 'network.probed' && !event.reachable && !output.hasReader();
}

/** Where no hook says so: a turn begins with the first record of it or, if there are none, with the first request. */
function beginsTurn(event: Event, { formats, child }: PrintRun, before: Evidence): boolean {
  if (before.turn.told?.working) return false;
  if (formats.output === 'records') return event.type === 'session' && event.source === 'output';
  if (child === null) return false;
  return (
    event.type === 'connection.waiting' || (event.type === 'connection.bytes' && event.up >= requestBytes)
  );
}

/** The agent has said how long it waits before its next try; after that its silence counts again. */
function endPauseInTime(run: PrintRun, { facts }: Extract<Event, { type: 'screen' }>): void {
  if (facts.retry === undefined) return;
  const over = () => run.emit({ type: 'screen', facts: { activity: 'unknown' } });
  setTimeout(over, facts.retry.inMs ?? 0).unref();
}
