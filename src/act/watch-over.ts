/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands. Everything here may fail without the
 * session noticing: what fails is reported once and done without.
 */

import { dirname } from 'node:path';
import { step } from '../decide/machine.ts';
import type { Evidence } from '../detect/evidence.ts';
import { inTurn, phaseOf } from '../detect/phase.ts';
import type { Effect } from '../effects.ts';
import type { Event } from '../events.ts';
import type { Loop } from '../loop.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { configFile, statePaths } from '../platform/paths.ts';
import { loadTemplate } from '../recover/template.ts';
import { castPath, createCast } from '../report/cast.ts';
import { openHostMemory } from '../report/host-memory.ts';
import type { IncidentRecord } from '../report/incidents.ts';
import { openReporter } from '../report/reporter.ts';
import { createNotifier } from './notify.ts';
import { createPerformer } from './perform.ts';
import type { Runtime } from './runtime.ts';
import { openSenses } from './senses.ts';
import { findSession, followResume } from './session.ts';
import { openTmux } from './tmux.ts';

export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

/** How often the loop turns while something is being cured; otherwise the clock's own pace is enough. */
const hurryMs = 250;
/** A key is on the screen by then, also on a machine under load: an empty box before that tells nothing. */
const keySettleMs = 2_000;
/** How often the new id of a resumed conversation is looked for. */
const followMs = 2_000;
/** The last words of notifications and of the terminal. */
const farewellMs = 1_000;

/** @param warnings to be said once there is somebody to say them to. Resolves when the agent is gone for good. */
export async function watchOver(runtime: Runtime, loop: Loop, warnings: readonly string[]): Promise<End> {
  const { config, launch, terminal, emit } = runtime;
  const launchedAtMs = Date.now();
  /** Of an agent that takes no hooks and can change its id with a resume (1.0.56). */
  let resumedAtMs: number | null = null;
  const tells = launch.adapter.abilities(runtime.version).settingsFlag;
  const degraded = (detail: string): void => emit({ type: 'sensor.failed', sensor: 'guard', detail });
  if (config.records.cast) runtime.cast = createCast(terminal);
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
  const tmux = openTmux(runtime, degraded);
  const notifier = createNotifier({
    agentName: launch.adapter.name,
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
      incident: ({ incident }) => saveCast(runtime, reporter.recordOf(incident), degraded),
      exit: ({ code, signal }) => resolve({ code, signal }),
    });
    loop.begin({
      step,
      turned(event, before, result) {
        if (event.type === 'agent.started') resumedAtMs = event.resumed && !tells ? Date.now() : null;
        if (event.type === 'session') {
          if (event.sessionId !== runtime.session.id) resumedAtMs = null;
          adopt(runtime, event);
        }
        if (event.type === 'screen') runtime.facts = event.facts;
        if (event.type === 'turn.started' || event.type === 'request.sent') runtime.begun++;
        followDraft(runtime, event, result.state.evidence);
        if (event.type === 'turn.ended') runtime.ledger.endTurn();
        if (event.type === 'turn.started' || event.type === 'screen') void findSession(runtime, launchedAtMs);
        if (event.type === 'network.changed') runtime.tunnel?.networkChanged();
        senses.tell(event, result.state.evidence);
        const told = reporter.turned(event, before, result);
        tmux?.told(told);
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
  terminal.observe(
    () => {},
    (chunk) => runtime.draft.feed(chunk, inTurn(phaseOf(loop.state().evidence))),
  );
  const { template, warning } = await loadTemplate(dirname(configFile(launch.env)));
  runtime.promptTemplate = template;
  if (warning !== null) degraded(warning);
  await senses.start();
  const hurry = setInterval(() => {
    const { name, cure } = loop.state();
    if (name !== 'watching' || cure !== null) emit({ type: 'tick' });
  }, hurryMs);

  const follow = setInterval(() => {
    if (resumedAtMs !== null) void followResume(runtime, resumedAtMs);
  }, followMs);

  const result = await end;
  clearInterval(hurry);
  clearInterval(follow);
  await senses.stop();
  await Promise.all([
    reporter.close(farewellMs),
    tmux?.close(farewellMs),
    notifier.settle(farewellMs),
    terminal.flush(farewellMs),
  ]);
  return result;
}

/** Also while an incident lasts: what is kept is only the latest minute. */
function saveCast(
  { cast, paths }: Runtime,
  incident: IncidentRecord,
  degraded: (detail: string) => void,
): void {
  try {
    cast?.save(castPath(paths, incident.id), `${incident.class}: ${incident.outcome}`);
  } catch (error) {
    degraded(`cast: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The box was seen empty a moment after the last key: what was in it has been sent or deleted. */
function followDraft({ draft }: Runtime, event: Event, after: Evidence): void {
  if (event.type === 'turn.started') draft.queueIsSent();
  if (event.type !== 'screen' && event.type !== 'tick') return;
  const { facts } = after.screen ?? {};
  const typing = after.lastKeyAt !== null && after.now - after.lastKeyAt < keySettleMs;
  if (!facts || typing || facts.draft || facts.activity === 'dialog' || facts.activity === 'unknown') return;
  draft.boxIsEmpty();
  if (facts.activity === 'idle') draft.queueIsSent();
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
