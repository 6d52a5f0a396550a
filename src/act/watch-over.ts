/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands. Everything here may fail without the
 * session noticing: what fails is reported once and done without.
 */
import type { Effect } from '../effects.ts';
import type { Loop } from '../loop.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { statePaths } from '../platform/paths.ts';
import { openHostMemory } from '../report/host-memory.ts';
import { openReporter } from '../report/reporter.ts';
import { createNotifier } from './notify.ts';
import { createPerformer } from './perform.ts';
import type { Runtime } from './runtime.ts';
import { openSenses } from './senses.ts';
import { findSession } from './session.ts';

export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How often the loop turns while something is being cured; otherwise the clock's own pace is enough. */
const hurryMs = 250;
/** The last words of notifications and of the terminal. */
const farewellMs = 1_000;

/** @param warnings to be said once there is somebody to say them to. Resolves when the agent is gone for good. */
export async function watchOver(runtime: Runtime, loop: Loop, warnings: readonly string[]): Promise<End> {
  const { config, launch, terminal, emit } = runtime;
  const launchedAtMs = Date.now();
  const degraded = (detail: string): void => emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const senses = openSenses(runtime);
  const hosts = openHostMemory(statePaths(launch.env).root, runtime.user.api.host, degraded);
  runtime.catchUp = senses.catchUp;
  const reporter = openReporter({
    launch,
    paths: runtime.paths,
    config,
    version: runtime.version,
    guardVersion: guardVersion(),
    state: loop.state,
    sessionId: () => runtime.session.id,
    degraded,
  });
  const notifier = createNotifier({
    config: config.notify,
    env: launch.env,
    write: (bytes) => terminal.inject(bytes),
    onFailure: degraded,
  });

  const end = new Promise<End>((resolve) => {
    const perform = createPerformer(runtime, {
      probe: () => senses.probe(),
      remember: ({ firstByteMs, streamMs }) => hosts.remember({ firstByteMs, streamMs }),
      notify: ({ what, incident }) => notifier.notify(what, reporter.recordOf(incident)),
      exit: ({ code, signal }) => resolve({ code, signal }),
    });
    loop.begin({
      turned(event, before, result) {
        if (event.type === 'session') adopt(runtime, event);
        if (event.type === 'screen') runtime.facts = event.facts;
        if (event.type === 'turn.ended') runtime.ledger.endTurn();
        if (event.type === 'turn.started' || event.type === 'screen') void findSession(runtime, launchedAtMs);
        if (event.type === 'network.changed') runtime.tunnel?.networkChanged();
        senses.tell(event, result.state.evidence);
        reporter.turned(event, before, result);
      },
      perform: (effect: Effect) => perform(effect),
    });
  });
  const known = hosts.recall();
  if (known) emit({ type: 'host.known', ...known });
  if (runtime.session.id !== null) {
    emit({ type: 'session', sessionId: runtime.session.id, transcriptPath: null, source: 'pinned' });
  }
  for (const detail of warnings) degraded(detail);
  await senses.start();
  const hurry = setInterval(() => {
    const { name, cure } = loop.state();
    if (name !== 'watching' || cure !== null) emit({ type: 'tick' });
  }, hurryMs);

  const result = await end;
  clearInterval(hurry);
  await senses.stop();
  reporter.close();
  await Promise.all([notifier.settle(farewellMs), terminal.flush(farewellMs)]);
  return result;
}

function adopt(
  runtime: Runtime,
  event: { sessionId: string; transcriptPath: string | null; permissionMode?: string },
): void {
  const same = event.sessionId === runtime.session.id;
  if (!same) runtime.ledger.clear();
  runtime.session = {
    id: event.sessionId,
    transcriptPath: event.transcriptPath ?? (same ? runtime.session.transcriptPath : null),
    permissionMode: event.permissionMode ?? (same ? runtime.session.permissionMode : null),
  };
}
