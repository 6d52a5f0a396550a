/**
 * What a run leaves and tells outside: journal, status and incidents, what is learnt of the API's host, notifications.
 * All of it may fail without the session noticing: what fails is reported once and done without.
 */

import { guardVersion } from '../platform/guard-version.ts';
import { statePaths } from '../platform/paths.ts';
import { openHostMemory } from '../records/host-memory.ts';
import type { Outlets } from './common-effects.ts';
import type { Loop } from './loop.ts';
import { createNotifier, type NotifierOptions } from './notify.ts';
import { openReporter, type Reporter } from './reporter.ts';
import type { Runtime } from './runtime.ts';

export interface Records extends Pick<Outlets, 'remember' | 'notify'> {
  readonly reporter: Reporter;
  /** A part of the guard has failed. */
  readonly degraded: (detail: string) => void;
  /** Tells the loop what is known before the agent has said a word. */
  tellKnown(warnings: readonly string[]): void;
  /** Resolves when all is told, or after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

/** @param write puts bytes on the person's terminal; null without one */
export function openRecords(
  run: Pick<Runtime, 'launch' | 'config' | 'paths' | 'user' | 'version' | 'emit' | 'session'>,
  loop: Loop,
  write: NotifierOptions['write'],
): Records {
  const { launch, config, paths, version, emit } = run;
  const degraded = (detail: string): void => emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const hosts = openHostMemory(statePaths(launch.env).root, run.user.api.host, degraded);
  const reporter = openReporter({
    launch,
    paths,
    config,
    version,
    guardVersion: guardVersion(),
    state: loop.state,
    sessionId: () => run.session.id,
    degraded,
  });
  const notifier = createNotifier({
    agentName: launch.adapter.name,
    config: config.notify,
    env: launch.env,
    write,
    onFailure: degraded,
  });
  return {
    reporter,
    degraded,
    remember: ({ type, ...health }) => hosts.remember(health),
    notify: ({ what, incident }) => notifier.notify(what, reporter.recordOf(incident)),
    tellKnown(warnings) {
      const { deadlineMs, pings } = run.user;
      emit({
        type: 'host.known',
        ...hosts.recall(),
        ...(pings && { pings }),
        ...(deadlineMs !== null && { deadlineMs }),
      });
      const { id } = run.session;
      if (id !== null) emit({ type: 'session', sessionId: id, transcriptPath: null, source: 'pinned' });
      for (const detail of warnings) degraded(detail);
    },
    async close(limitMs) {
      await Promise.all([reporter.close(limitMs), notifier.settle(limitMs)]);
    },
  };
}
