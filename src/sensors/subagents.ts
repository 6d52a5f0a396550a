/**
 * The results of subagents' calls, from the files in which their work is recorded. Of a call that is refused, or that
 * some versions of the agent see fail, no hook reports the end. The files are read only while hooks report calls open.
 */
import { stat } from 'node:fs/promises';
import type { Observation } from '../events.ts';
import { createPoll } from './poll.ts';
import type { Emit, Sensor } from './sensor.ts';
import { openTail, stepMs, type Tail } from './tail.ts';

export interface SubagentSensorOptions {
  readonly read: (record: unknown) => readonly Observation[];
  /** The files as they are now; none if there is no conversation yet. */
  readonly files: () => Promise<readonly string[]>;
  readonly pollMs?: number;
}

export interface SubagentSensor extends Sensor {
  /** These calls are open. */
  awaits(toolUseIds: readonly string[]): void;
}

/** More calls than are open at a time. */
const keptResults = 200;

export function subagentSensor({ read, files, pollMs = 1_000 }: SubagentSensorOptions): SubagentSensor {
  let emit: Emit | null = null;
  let open: readonly string[] = [];
  /** Since when calls have been open without a break: wall clock, Unix milliseconds. */
  let openSinceMs = 0;
  const tails = new Map<string, Tail>();
  /** What was read, by the call's id. A result may be read before the hook that reports its call's start. */
  const results = new Map<string, Observation>();
  const poll = createPoll(look, pollMs);
  let work: Promise<void> = Promise.resolve();
  let isQueued = false;

  const onRecord = (record: unknown) => {
    for (const observation of read(record))
      if (observation.type === 'tool.finished') results.set(observation.toolUseId, observation);
    for (const id of [...results.keys()].slice(0, -keptResults)) results.delete(id);
  };

  async function readFiles(): Promise<void> {
    const paths = await files();
    for (const path of tails.keys()) if (!paths.includes(path)) tails.delete(path); // of another conversation
    for (const path of paths) {
      const changed = await stat(path).catch(() => null);
      if (changed === null || changed.mtimeMs < openSinceMs - stepMs) continue;
      const tail = tails.get(path) ?? (await openTail(path, true, onRecord));
      tails.set(path, tail);
      await tail.readOn();
    }
    for (const result of open.map((id) => results.get(id))) if (result) emit?.(result);
  }

  function look(): void {
    if (emit === null || open.length === 0 || isQueued) return;
    isQueued = true;
    work = work.then(async () => {
      isQueued = false;
      try {
        await readFiles();
      } catch (error) {
        emit?.({ type: 'sensor.failed', sensor: 'subagents', detail: String(error) });
      }
    });
  }

  return {
    name: 'subagents',
    start(into) {
      emit = into;
      poll.start();
    },
    rest: poll.rest,
    awaits(toolUseIds) {
      if (open.length === 0) openSinceMs = Date.now();
      open = toolUseIds;
    },
    async stop() {
      poll.stop();
      emit = null;
      await work;
    },
  };
}
