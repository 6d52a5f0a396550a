/**
 * The agent's process: CPU time, state, memory, and its workers, which are tools and hooks at work. While the agent
 * rests nothing is measured.
 *
 * A worker is a descendant that was not there when the turn began. MCP servers are started with the agent and live
 * as long; when a prompt on the command line begins a turn at once, they appear during it: hence the first seconds
 * count as before the turn, but for what runs in a session of its own, as commands do in all versions and hooks in
 * 2.1.197 and 2.1.329, and MCP servers never (seen in the process table). What still runs when the agent asks the
 * API to go on, no tool open, runs in the background, and is no worker any more; nor is what the agent says that it
 * runs in the background.
 */
import { totalmem } from 'node:os';
import type { Emit, Sensor } from './sensor.ts';
import { countWorkers, type Descendant, nameOf } from './workers.ts';

export interface ProcessReader {
  /** Parents before their children. */
  descendants(pid: number): readonly Descendant[];
  sample(pid: number): { readonly cpuMs: number; readonly state: string; readonly rssBytes: number } | null;
}

export interface ProcessSensor extends Sensor {
  /** Another agent, started now. */
  newAgent(pid: number, generation: number): void;
  /** A turn begins or ends. */
  working(isWorking: boolean): void;
  /** The agent waits for the API and for nothing else. */
  listening(): void;
  /** So many commands run in the background, as the agent shows. */
  inBackground(commands: number): void;
  /** Measures once, now. */
  sampleNow(): void;
}

const memoryBytes = totalmem();
const periodMs = 2_000;
/** Time in which the agent starts its servers. */
const startMs = 5_000;

export function processSensor(reader: ProcessReader): ProcessSensor {
  let emit: Emit | null = null;
  let agent: { readonly pid: number; readonly generation: number; readonly startedAt: number } | null = null;
  let resident: ReadonlySet<string> = new Set();
  let background = 0;
  let timer: NodeJS.Timeout | undefined;

  const descendantsNow = () => (agent === null ? [] : reader.descendants(agent.pid));

  function sampleNow(): void {
    if (emit === null || agent === null) return;
    const measured = reader.sample(agent.pid);
    if (measured === null) return;
    const now = descendantsNow();
    if (performance.now() - agent.startedAt < startMs)
      resident = new Set(now.filter(({ apart }) => !apart).map(nameOf));
    const workers = countWorkers(now, resident, background);
    const memoryShare = measured.rssBytes / memoryBytes;
    emit({ type: 'agent.sample', generation: agent.generation, ...measured, memoryShare, workers });
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
      agent = { pid, generation, startedAt: performance.now() };
      resident = new Set();
      background = 0;
    },
    working(isWorking) {
      if (!isWorking) return rest();
      if (timer !== undefined) return;
      resident = new Set(descendantsNow().map(nameOf));
      timer = setInterval(sampleNow, periodMs);
      timer.unref();
    },
    listening() {
      if (timer !== undefined) resident = new Set(descendantsNow().map(nameOf));
    },
    inBackground(commands) {
      background = commands;
    },
    sampleNow,
  };
}
