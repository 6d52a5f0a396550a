/**
 * The agent's process: CPU time, state, memory, and the tools and helpers that work for it. While the agent rests,
 * nothing is measured.
 *
 * A process is at work if it was not there when the turn began. A process that still runs when the agent sends its next
 * request with no tool open runs in the background. So does each command that the agent itself counts there.
 *
 * Where the agent has a terminal, a process that it has lent it to is reported, too, and looked at until its end. There
 * the agent itself is known if a wrapper was started: a wrapper sleeps until the agent ends, whatever that does.
 */
import { sampleMs } from '../detect/evidence/sample.ts';
import { memoryBytes } from '../platform/memory.ts';
import type { ProcessSample } from '../platform/process-table.ts';
import { lentTerminal } from './lent-terminal.ts';
import type { Emit, Sensor } from './sensor.ts';
import { atWork, below, type Descendant, nameOf } from './workers.ts';

export interface ProcessReader {
  /** Parents before their children. */
  descendants(pid: number): readonly Descendant[];
  sample(pid: number): ProcessSample | null;
  /** Those of these processes whose standard input is a terminal. Absent: the agent has no terminal. */
  reading?(pids: readonly number[]): ReadonlySet<number>;
}

export interface ProcessSensor extends Sensor {
  /** Another agent has just been started. */
  newAgent(pid: number, generation: number): void;
  /** The agent has shown itself. */
  shown(): void;
  /** An agent that is to begin a turn starts, or has done so. It is measured, too. */
  starting(isStarting: boolean): void;
  /** A turn begins or ends. While it waits for somebody else, such as the person, nothing is measured. */
  working(isWorking: boolean, waits?: boolean): void;
  /** So long ago, the agent began to wait only for the API. What it has started since is at work. */
  listening(agoMs: number): void;
  /** The agent shows that this many commands run in the background. */
  inBackground(commands: number): void;
  /** Measures once, now. */
  sampleNow(): void;
  /** Whether another process has the agent's terminal now. */
  looksLent(): boolean;
  /** Somebody takes the terminal over or gives it back. */
  changesHands(): void;
}

/** A turn may be reported this late. Whoever has read the terminal for longer as it begins is a part of the agent. */
const lateMs = 5_000;
/** By then, whoever the terminal is lent to has been started, even on a busy machine. */
const startsMs = 500;

export function processSensor(reader: ProcessReader): ProcessSensor {
  let emit: Emit | null = null;
  let agent: { readonly pid: number; readonly generation: number } | null = null;
  let resident: ReadonlySet<string> = new Set();
  let background = 0;
  let isWorking = false;
  let isStarting = false;
  let isWaiting = false;
  let isShown = false;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;

  const newTerminal = () => lentTerminal(reader.reading ?? (() => new Set()));
  let terminal = newTerminal();

  const descendantsNow = () => (agent === null ? [] : reader.descendants(agent.pid));

  function look(): readonly Descendant[] {
    if (emit === null) return [];
    const all = descendantsNow();
    const change = isShown ? terminal.look(all) : null;
    if (change !== null) emit({ type: change });
    keepLooking();
    return all;
  }

  function sampleNow(): void {
    if (emit === null || agent === null) return;
    const all = look();
    const itself = terminal.behindWrapper(all);
    const measured = reader.sample(itself?.pid ?? agent.pid);
    if (measured === null) return;
    const { rssBytes, ...spent } = measured;
    const { workers, helperAgeMs } = atWork(itself ? below(itself, all) : all, resident, background);
    emit({
      type: 'agent.sample',
      generation: agent.generation,
      ...spent,
      memoryShare: rssBytes / memoryBytes(),
      workers,
      ...(helperAgeMs === null ? {} : { helperAgeMs }),
    });
  }

  const isMeasured = () => isStarting || (isWorking && !isWaiting);

  function keepLooking(): void {
    if (isMeasured() || terminal.isLent)
      timer ??= setInterval(() => (isMeasured() ? sampleNow() : look()), sampleMs).unref();
    else rest();
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
      clearTimeout(soon);
      emit = null;
    },
    newAgent(pid, generation) {
      rest();
      isWorking = isStarting = isWaiting = isShown = false;
      terminal = newTerminal();
      agent = { pid, generation };
      resident = new Set();
      background = 0;
    },
    shown() {
      if (isShown) return;
      isShown = true;
      if (reader.reading) terminal.adopt(descendantsNow(), 0);
    },
    starting(starts) {
      if (starts === isStarting) return;
      isStarting = starts;
      keepLooking();
    },
    working(works, waits = false) {
      if (works === isWorking && waits === isWaiting) return;
      const begins = works && !isWorking;
      isWorking = works;
      isWaiting = waits;
      if (begins) {
        const all = descendantsNow();
        resident = new Set(all.map(nameOf));
        terminal.adopt(all, lateMs);
      }
      keepLooking();
    },
    listening(agoMs) {
      if (!isWorking) return;
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
    looksLent() {
      if (reader.reading) look();
      return terminal.isLent;
    },
    changesHands() {
      if (!isShown) return;
      look();
      clearTimeout(soon);
      soon = setTimeout(look, startsMs).unref();
    },
  };
}
