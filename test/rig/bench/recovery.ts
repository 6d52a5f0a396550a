/** How fast the guard is when something has failed: whole sessions of the simulated agent and API, as in a drill. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../../../src/drill/api/faults.ts';
import type { ApiRequest } from '../../../src/drill/api/request.ts';
import { say } from '../../../src/drill/api/scenario.ts';
import { finished } from '../../../src/drill/stage.ts';
import { programFile } from '../../../src/platform/own-files.ts';
import { type BareStage, on, onBare } from './stages.ts';

const limitMs = 2_000;
/** The pause of the simulated agent before it asks again, without its jitter. */
const agentBackoffMs = 500;

/** @returns the path of a simulated agent whose pauses have no jitter: they are not ours, and are subtracted */
export function installSteadyAgent(folder: string): string {
  const path = join(folder, 'claude');
  const steady = 'data:text/javascript,Math.random=()=>0';
  const program = programFile('simulated-agent');
  mkdirSync(folder);
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' --import '${steady}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return path;
}

/** Milliseconds until the agent's next request for the turn has reached the API, beyond its own pause. */
async function askedAgain({ api }: BareStage, dead: ApiRequest, sinceMs: number): Promise<number> {
  const next = await api.waitForRequest(({ kind, number }) => kind === 'main' && number > dead.number);
  return next.at - sinceMs - agentBackoffMs;
}

export interface DeadStream {
  /** From the limit of silence to the verdict. */
  readonly detectionS: number;
  /** From the cut to the next request. */
  readonly askedAgainMs: number;
}

/** @param agent the one without jitter */
export const deadStream = (agent: string): Promise<DeadStream> =>
  on(
    { GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limitMs) },
    async (stage) => {
      stage.api.enqueue(faults['dead-mid-text'].scenario);
      await stage.submit('please go on');
      const dead = await stage.api.waitForRequest((request) => request.faultAt !== null);
      await stage.terminal.waitFor(finished);
      const [incident] = stage.incidents();
      const cut = incident?.actions.find(({ action }) => action === 'cut');
      if (!incident || !cut || dead.faultAt === null) throw new Error('a dead stream was not cut');
      return {
        detectionS: (Date.parse(incident.detected_at) - dead.faultAt - limitMs) / 1_000,
        askedAgainMs: await askedAgain(stage, dead, Date.parse(cut.at)),
      };
    },
    agent,
  );

/** The same for a stream that the API itself resets: what the agent and the API take, without a guard. */
export const bareReset = (agent: string): Promise<number> =>
  onBare(agent, async (stage) => {
    stage.api.enqueue(faults['reset-mid-text'].scenario);
    await stage.submit('please go on');
    const dead = await stage.api.waitForRequest((request) => request.faultAt !== null);
    return askedAgain(stage, dead, dead.faultAt ?? Number.NaN);
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
