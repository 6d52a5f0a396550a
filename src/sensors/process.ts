/**
 * The agent's process: CPU time, state, memory, and the tools and helpers that work for it. While the agent rests,
 * nothing is measured.
 *
 * A process is at work if it was not there when the turn began. A process that still runs when the agent sends its next
 * request with no tool open runs in the background. So does each command that the agent itself counts there.
 */
import { sampleMs } from '../detect/evidence/sample.ts';
import { memoryBytes } from '../platform/memory.ts';
import type { Emit, Sensor } from './sensor.ts';
import { atWork, type Descendant, nameOf } from './workers.ts';

export interface ProcessReader {
  /** Parents before their children. */
  descendants(pid: number): readonly Descendant[];
  sample(pid: number): { readonly cpuMs: number; readonly state: string; readonly rssBytes: number } | null;
}

export interface ProcessSensor extends Sensor {
  /** Another agent has just been started. */
  newAgent(pid: number, generation: number): void;
  /** A turn begins or ends. */
  working(isWorking: boolean): void;
  /** So long ago, the agent began to wait only for the API. What it has started since is at work. */
  listening(agoMs: number): void;
  /** The agent shows that this many commands run in the background. */
  inBackground(commands: number): void;
  /** Measures once, now. */
  sampleNow(): void;
}

export function processSensor(reader: ProcessReader): ProcessSensor {
  let emit: Emit | null = null;
  let agent: { readonly pid: number; readonly generation: number } | null = null;
  let resident: ReadonlySet<string> = new Set();
  let background = 0;
  let timer: NodeJS.Timeout | undefined;

  const descendantsNow = () => (agent === null ? [] : reader.descendants(agent.pid));

  function sampleNow(): void {
    if (emit === null || agent === null) return;
    const measured = reader.sample(agent.pid);
    if (measured === null) return;
    const { rssBytes, ...spent } = measured;
    const { workers, helperAgeMs } = atWork(descendantsNow(), resident, background);
    emit({
      type: 'agent.sample',
      generation: agent.generation,
      ...spent,
      memoryShare: rssBytes / memoryBytes(),
      workers,
      ...(helperAgeMs === null ? {} : { helperAgeMs }),
    });
  }

  function rest(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    name: 'process',
    start(into) {
      emit = into;
    },
    stop() {
      rest();
      emit = null;
    },
    newAgent(pid, generation) {
      rest();
      agent = { pid, generation };
      resident = new Set();
      background = 0;
    },
    working(isWorking) {
      if (!isWorking) return rest();
      if (timer !== undefined) return;
      resident = new Set(descendantsNow().map(nameOf));
      timer = setInterval(sampleNow, sampleMs);
      timer.unref();
    },
    listening(agoMs) {
      if (timer === undefined) return;
      resident = new Set(
        descendantsNow()
          .filter(({ ageMs }) => ageMs >= agoMs)
          .map(nameOf),
      );
    },
    inBackground(commands) {
      background = commands;
    },
    sampleNow,
  };
}
