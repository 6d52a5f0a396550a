/**
 * The senses of print mode: those of an interactive session without the ones that need a terminal. Outside a turn the
 * process is looked at too: nobody sits there who would notice that it was stopped, or that it does not end.
 */

import { inTurn } from '../detect/phases.ts';
import type { Observation } from '../events.ts';
import { commonSenses, type Senses, together } from '../guard/common-senses.ts';
import { memoryBytes } from '../platform/memory.ts';
import { sample } from '../platform/process-tree.ts';
import type { Emit, Sensor } from '../sensors/sensor.ts';
import type { PrintRun } from './run.ts';

/** As often as in a turn (`sensors/process.ts`). */
const periodMs = 2_000;

export function openPrintSenses(run: PrintRun): Senses {
  const common = commonSenses(run, (observation) => keeps(run, observation));
  let isWatched = false;
  const resting = restSensor(run, () => isWatched);
  return {
    ...common,
    ...together([...common.sensors, resting], run.emit),
    tell(event, after) {
      common.tell(event, after);
      isWatched = inTurn(after.phase);
    },
  };
}

/**
 * Hooks tell of the end of a turn, but in print mode the turn is over when the answer is printed; and nobody can
 * answer what they say a person is needed for.
 */
function keeps(run: PrintRun, observation: Observation): boolean {
  if (observation.type === 'turn.ended') run.told = { failure: observation.failure ?? null };
  return !['turn.ended', 'session.ended', 'person.needed'].includes(observation.type);
}

/** What leads a session of its own is at work for the agent: tools, hooks, commands in the background. */
function restSensor(run: PrintRun, isWatched: () => boolean): Sensor {
  let timer: NodeJS.Timeout | undefined;
  const look = (emit: Emit) => {
    const { child } = run;
    const measured = child === null || isWatched() ? null : sample(child.pid);
    if (child === null || measured === null) return;
    const workers = run.kin.look(child.pid).filter(({ apart }) => apart).length;
    const { rssBytes, ...spent } = measured;
    const memoryShare = rssBytes / memoryBytes();
    emit({ type: 'agent.sample', generation: child.generation, ...spent, memoryShare, workers });
  };
  return {
    name: 'rest',
    start(emit) {
      timer = setInterval(look, periodMs, emit);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
