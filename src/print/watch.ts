/**
 * The rest of the guard, loaded while the agent boots: senses, records, hands, as in `act/watch-over.ts`. Everything
 * here may fail without the script noticing.
 */
import { createNotifier } from '../act/notify.ts';
import { findSession } from '../act/session.ts';
import type { End } from '../act/watch-over.ts';
import { step } from '../decide/machine.ts';
import { requestBytes } from '../detect/connections.ts';
import type { Evidence } from '../detect/evidence.ts';
import type { Event } from '../events.ts';
import type { Loop } from '../loop.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { statePaths } from '../platform/paths.ts';
import { openHostMemory } from '../report/host-memory.ts';
import { openReporter } from '../report/reporter.ts';
import type { OnEnd } from './launch.ts';
import { createPrintPerformer } from './perform.ts';
import type { PrintRun } from './run.ts';
import { openPrintSenses } from './senses.ts';

/** How often the loop turns while something is being cured; otherwise the clock's own pace is enough. */
const hurryMs = 250;
const farewellMs = 1_000;

/** Resolves when the agent is gone for good. */
export async function watchPrint(
  run: PrintRun,
  loop: Loop,
  onEnd: OnEnd,
  warnings: readonly string[],
): Promise<End> {
  const { config, launch, emit } = run;
  const launchedAtMs = Date.now();
  const degraded = (detail: string): void => emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const senses = openPrintSenses(run);
  run.catchUp = senses.catchUp;
  const hosts = openHostMemory(statePaths(launch.env).root, run.user.api.host, degraded);
  const reporter = openReporter({
    launch,
    paths: run.paths,
    config,
    version: run.version,
    guardVersion: guardVersion(),
    state: loop.state,
    sessionId: () => run.session.id,
    degraded,
  });
  const notifier = createNotifier({
    agentName: launch.adapter.name,
    config: config.notify,
    env: launch.env,
    write: null,
    onFailure: degraded,
  });
  run.output.onRoom(() => run.child?.stdout.resume());

  const end = new Promise<End>((resolve) => {
    run.leave = (signal) => {
      resolve({ code: null, signal });
      emit({ type: 'input', kind: 'interrupt', bytes: 0 }); // ends the incident as the person's own decision
    };
    const perform = createPrintPerformer(run, {
      probe: () => senses.probe(),
      remember: ({ firstByteMs, streamMs }) => hosts.remember({ firstByteMs, streamMs }),
      notify: ({ what, incident }) => notifier.notify(what, reporter.recordOf(incident)),
      exit: ({ code, signal }) => resolve({ code, signal }),
      ranTurn: () => loop.state().evidence.turns > 0,
      onEnd,
    });
    loop.begin({
      step,
      turned(event, before, result) {
        if (event.type === 'session') adopt(run, event);
        if (event.type === 'network.changed') run.tunnel?.networkChanged();
        if (event.type === 'screen') endPauseInTime(run, event);
        if (event.type === 'turn.ended') run.ledger.endTurn();
        if (event.type === 'turn.started') void findSession(run, launchedAtMs).catch(() => {});
        if (beginsTurn(event, run, before.evidence)) emit({ type: 'turn.started' });
        senses.tell(event, result.state.evidence);
        reporter.turned(event, before, result);
      },
      perform,
    });
  });
  const known = hosts.recall();
  if (known) emit({ type: 'host.known', ...known });
  if (run.session.id !== null) {
    emit({ type: 'session', sessionId: run.session.id, transcriptPath: null, source: 'pinned' });
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
  await Promise.all([reporter.close(farewellMs), notifier.settle(farewellMs)]);
  run.child?.kill('SIGTERM'); // only where we were told to go while it was being started
  return result;
}

/** Where no hook says so: a turn begins with the first record of it or, if there are none, with the first request. */
function beginsTurn(event: Event, { formats, child }: PrintRun, before: Evidence): boolean {
  if (before.turn?.working || child === null) return false;
  if (formats.output === 'records') return event.type === 'session' && event.source === 'output';
  return (
    event.type === 'connection.waiting' || (event.type === 'connection.bytes' && event.up >= requestBytes)
  );
}

/** The agent has said how long it waits before its next try; after that its silence counts again. */
function endPauseInTime(run: PrintRun, { facts }: Extract<Event, { type: 'screen' }>): void {
  if (facts.retry === undefined) return;
  const over = () => run.emit({ type: 'screen', facts: { activity: 'unknown' } });
  setTimeout(over, facts.retry.inMs ?? 0).unref();
}

function adopt(run: PrintRun, event: Extract<Event, { type: 'session' }>): void {
  const same = event.sessionId === run.session.id;
  if (!same) run.ledger.clear();
  run.session = {
    id: event.sessionId,
    transcriptPath: event.transcriptPath ?? (same ? run.session.transcriptPath : null),
    permissionMode: event.permissionMode ?? (same ? run.session.permissionMode : null),
  };
}
