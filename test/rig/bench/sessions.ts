/** What the guard costs, and how fast it is, in whole sessions: the simulated agent and API, as in a drill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { faults } from '../../../src/drill/api/faults.ts';
import { say } from '../../../src/drill/api/scenario.ts';
import { finished, openStage, type Stage } from '../../../src/drill/stage.ts';
import { cpuMsOf } from './usage.ts';

/** A stage for this long, and no longer. */
async function on<Result>(
  settings: Readonly<Record<string, string>>,
  work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  const { signal } = new AbortController();
  const stage = await openStage({ agent: null, tools: 'allow', settings, signal });
  try {
    return await work(stage);
  } finally {
    await stage.close();
  }
}

/** A word each 50 ms, for longer than anybody measures. */
export const stream = say('and so on '.repeat(20_000), 50);

/** Milliseconds of processor time per second while an answer streams and a spinner turns. */
export const busy = (forMs: number): Promise<number> =>
  on({}, async (stage) => {
    stage.api.enqueue(stream);
    await stage.submit('please go on');
    await stage.terminal.waitFor('and so on and so on');
    await sleep(2_000);
    const { pid } = stage.terminal;
    const before = cpuMsOf(pid);
    await sleep(forMs);
    return ((cpuMsOf(pid) - before) / forMs) * 1_000;
  });

const limitMs = 2_000;

/** Seconds from the limit of silence to the verdict on a stream that is dead. */
export const detection = (): Promise<number> =>
  on({ GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limitMs) }, async (stage) => {
    stage.api.enqueue(faults['dead-mid-text'].scenario);
    await stage.submit('please go on');
    const { faultAt } = await stage.api.waitForRequest((request) => request.faultAt !== null);
    await stage.terminal.waitFor(finished);
    const [incident] = stage.incidents();
    if (incident === undefined || faultAt === null) throw new Error('a dead stream was not noticed');
    return (Date.parse(incident.detected_at) - faultAt - limitMs) / 1_000;
  });

/** Seconds from the verdict on an agent that has died to the start of the next one. */
export const relaunch = (): Promise<number> =>
  on({}, async (stage) => {
    stage.api.enqueue(say('a word '.repeat(200), 50));
    await stage.submit('please go on');
    await stage.terminal.waitFor('a word a word');
    process.kill(stage.agentPid(), 'SIGKILL');
    await stage.terminal.waitFor(finished, 30_000);
    const at = (type: string, generation: number) =>
      stage
        .journal()
        .flatMap((file) => file.entries)
        .find((entry) => {
          if (!('event' in entry) || entry.event.type !== type) return false;
          return 'generation' in entry.event && entry.event.generation === generation;
        })?.at;
    // An event is on disk within about a second.
    for (let tries = 0; at('agent.started', 2) === undefined && tries < 50; tries++) await sleep(100);
    const [gone, started] = [at('agent.exited', 1), at('agent.started', 2)];
    if (gone === undefined || started === undefined) throw new Error('no agent was started again');
    return (started - gone) / 1_000;
  });

/** Of so many sessions that are busy at the same time. */
export interface Many {
  readonly cpuMsPerS: number;
  readonly pssMib: number;
  readonly incidents: number;
}

/** @param beside something to be done while they are busy */
export async function many<Result>(
  sessions: number,
  forMs: number,
  beside: () => Promise<Result>,
): Promise<{ readonly many: Many; readonly beside: Result }> {
  const program = fileURLToPath(new URL('./many.js', import.meta.url));
  const child = spawn(process.execPath, [program, String(sessions), String(forMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  if ((await lines.next()).done) throw new Error('the sessions did not start');
  const result = await beside();
  const { value } = await lines.next();
  await once(child, 'exit');
  return { many: JSON.parse(value ?? '') as Many, beside: result };
}
