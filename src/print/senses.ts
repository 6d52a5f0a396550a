/**
 * The senses of print mode: those of an interactive session that need no terminal. The process is also sampled outside
 * a turn, because nobody is there to notice that it was stopped or does not end. Of the record only the results of tool
 * calls count, because what is printed shows the turn, and no hook reports the end of a call that is refused.
 */

import { sampleMs } from '../detect/evidence/sample.ts';
import { inTurn } from '../detect/phases.ts';
import { awaitsFirstTurn } from '../detect/starting.ts';
import type { Observation } from '../events.ts';
import type { Agent } from '../guard/agent.ts';
import { commonSenses, type Senses, together } from '../guard/senses.ts';
import { memoryBytes } from '../platform/memory.ts';
import { sample } from '../platform/process-tree.ts';
import type { Emit, Sensor } from '../sensors/sensor.ts';
import { transcriptSensor } from '../sensors/transcript.ts';
import type { Pipes, PrintParts } from './pipes.ts';

export function openPrintSenses(parts: PrintParts): Senses {
  const { run, agent, pipes } = parts;
  const { adapter, env } = run.launch;
  const common = commonSenses(
    parts,
    (observation) => keeps(pipes, observation),
    ({ text }) => pipes.input?.taken(text),
  );
  const results = transcriptSensor({
    read: (record) => adapter.readTranscript(record).filter(({ type }) => type === 'tool.finished'),
    find: (sessionId) => adapter.findTranscript(env, sessionId),
  });
  let isWatched = false;
  const resting = restSensor(agent, () => isWatched);
  return {
    ...common,
    ...together([...common.sensors, resting, ...(run.config.senses.transcript ? [results] : [])], run.emit),
    tell(event, after) {
      common.tell(event, after);
      if (event.type === 'session') results.follow(event.sessionId, event.transcriptPath);
      if (event.type === 'tick' && after.tools.length > 0) results.readOn();
      isWatched = inTurn(after.phase) || awaitsFirstTurn(after, run.config);
    },
  };
}

/**
 * Filters what hooks report. In print mode a turn is over when the answer is printed, and nobody can answer if a hook
 * reports that a person is needed.
 */
export function keeps({ answer }: Pipes, observation: Observation): boolean {
  if (observation.type === 'turn.ended') answer?.turnEnded(observation.failure ?? null);
  return !['turn.ended', 'session.ended', 'person.needed'].includes(observation.type);
}

/** Samples the process outside a turn. Processes in sessions of their own count as work: tools, hooks, commands. */
function restSensor(agent: Agent, isWatched: () => boolean): Sensor {
  let timer: NodeJS.Timeout | undefined;
  const look = (emit: Emit) => {
    const child = agent.process;
    const measured = child === null || isWatched() ? null : sample(child.pid);
    if (child === null || measured === null) return;
    const workers = agent.kin.look(child.pid).filter(({ detached }) => detached).length;
    const { rssBytes, ...spent } = measured;
    const memoryShare = rssBytes / memoryBytes();
    emit({ type: 'agent.sample', generation: child.generation, ...spent, memoryShare, workers });
  };
  return {
    name: 'rest',
    start(emit) {
      timer = setInterval(look, sampleMs, emit);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}
