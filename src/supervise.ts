/**
 * The loop. Sensors emit observations; each is stamped with the one clock, goes through the pure core, and the effects
 * that come back are carried out. Everything that happens passes `turn`, so the journal is complete.
 *
 * Order at the start: what the agent's environment needs (settings, tunnel), then the agent itself, then the rest of
 * the guard (`act/watch-over.ts`) while the agent boots. Until that is there, observations wait.
 */
import { startAgent } from './act/launch.ts';
import { openTunnel } from './act/open-tunnel.ts';
import type { Launch, Runtime } from './act/runtime.ts';
import { knownFromStart, pinFor } from './act/session.ts';
import { loadConfig } from './config/load.ts';
import type { Step } from './decide/incident.ts';
import { step } from './decide/machine.ts';
import { type GuardState, initialState } from './decide/state.ts';
import type { Effect } from './effects.ts';
import type { Event, Observation } from './events.ts';
import { agentVersion } from './platform/agent-version.ts';
import { exitCode } from './platform/exec.ts';
import { createRun, statePaths } from './platform/paths.ts';
import { createLedger } from './recover/ledger.ts';
import { createTerminal } from './terminal/terminal.ts';

/** The rest of the guard, as the loop sees it. */
export interface Crew {
  /** One turn: an event, the state before it, and what the core made of it. */
  turned(event: Event, before: GuardState, result: Step): void;
  perform(effect: Effect): void;
}

/** Runs the agent under the guard; resolves to the exit code once both are done. Throws only before the agent runs. */
export async function supervise(launch: Launch): Promise<number> {
  const { adapter, args, env, cwd, command, invocation } = launch;
  const { config, warnings } = loadConfig(env);
  const paths = createRun(env);
  const user = adapter.readUserSettings(args, env, cwd);
  const [version, opened] = await Promise.all([
    agentVersion(adapter, command, env, statePaths(env).root),
    openTunnel(config, user),
  ]);

  const pending: Observation[] = [];
  let state = initialState(performance.now());
  let crew: Crew | null = null;
  let turning = false;

  const emit = (observation: Observation): void => {
    pending.push(observation);
    if (crew && !turning) turn(crew);
  };
  const turn = ({ turned, perform }: Crew): void => {
    turning = true;
    for (let observation = pending.shift(); observation; observation = pending.shift()) {
      const event: Event = { ...observation, at: performance.now() };
      const before = state;
      const result = step(before, event, config);
      state = result.state;
      turned(event, before, result);
      for (const effect of result.effects) perform(effect);
    }
    turning = false;
  };

  const pin = pinFor(adapter, invocation, version);
  const terminal = createTerminal({ observe: emit, signal: () => {}, resized: () => runtime.onResized() });
  const runtime: Runtime = {
    launch,
    config,
    paths,
    user,
    version,
    terminal,
    tunnel: opened.tunnel,
    hooks: config.senses.hooks && user.hooksAllowed,
    pin,
    ledger: createLedger(),
    emit,
    catchUp: async () => {},
    onResized: () => {},
    pty: null,
    agentGone: Promise.resolve(),
    session: { id: knownFromStart(invocation, pin), transcriptPath: null, permissionMode: null },
    view: () => ({
      rows: [],
      cursor: { row: 0, column: 0, visible: false },
      title: '',
      columns: 0,
      stale: true,
    }),
    facts: { activity: 'unknown' },
    snapshot: null,
  };
  try {
    terminal.start();
    startAgent(runtime, { generation: 1, resume: false, prompt: null });
    const { watchOver } = await import('./act/watch-over.ts');
    const end = await watchOver(runtime, {
      state: () => state,
      begin(members) {
        crew = members;
        turn(members);
      },
      warnings: opened.warning === null ? warnings : [...warnings, opened.warning],
    });
    return exitCode(end.code, end.signal);
  } finally {
    terminal.restore();
    await opened.tunnel?.stop();
  }
}
