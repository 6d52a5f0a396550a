/**
 * What a run records and reports: journal, status, incidents, notifications, and what is learnt about the API's host.
 * Any of it may fail without the session noticing. A failure is reported once, and the guard works without that part.
 */

import type { Effect } from '../effects.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { statePaths } from '../platform/paths.ts';
import { openHostMemory } from '../records/host-memory.ts';
import type { Agent } from './agent.ts';
import type { Conversation } from './conversation.ts';
import { launchNow } from './launch-now.ts';
import type { Loop } from './loop.ts';
import { createNotifier, type NotifierOptions } from './notify.ts';
import { openReporter, type Reporter } from './reporter.ts';
import { plainResume } from './resume-command.ts';
import type { Run } from './run.ts';

type Of<Type extends Effect['type']> = Extract<Effect, { type: Type }>;

export interface Records {
  readonly reporter: Pick<Reporter, 'turned'>;
  recordOf: Reporter['recordOf'];
  remember(effect: Of<'remember'>): void;
  notify(effect: Of<'notify'>): void;
  /** A part of the guard has failed. */
  readonly degraded: (detail: string) => void;
  /** Reports to the loop what is known before the agent has shown anything. */
  reportKnown(warnings: readonly string[]): void;
  /** Resolves once everything is written and reported, or after `limitMs`. */
  close(limitMs: number): Promise<void>;
}

/** @param write writes to the person's terminal. Null: there is none */
export function openRecords(
  run: Run,
  agent: Agent,
  conversation: Conversation,
  loop: Loop,
  write: NotifierOptions['write'],
): Records {
  const { launch, config, paths, emit } = run;
  const degraded = (detail: string): void => emit({ type: 'sensor.failed', sensor: 'guard', detail });
  const resume = () => plainResume(run, conversation);
  const hosts = openHostMemory(statePaths(launch.env).root, run.user.api?.host ?? null, degraded);
  const reporter = openReporter({
    launch,
    paths,
    config,
    version: () => agent.program.version,
    guardVersion: guardVersion(),
    state: loop.state,
    sessionId: () => conversation.id,
    cwd: () => launchNow(run, conversation).cwd,
    resume,
    degraded,
  });
  const notifier = createNotifier({
    agentName: launch.adapter.name,
    isResumable: () => resume() !== null,
    config: config.notify,
    env: launch.env,
    write,
    onFailure: degraded,
  });
  return {
    reporter,
    recordOf: reporter.recordOf,
    degraded,
    remember: ({ type, ...health }) => hosts.remember(health),
    notify: ({ what, incident, cause = incident.class }) =>
      notifier.notify(what, reporter.recordOf(incident), cause),
    reportKnown(warnings) {
      const { deadlineMs, pings } = run.user;
      emit({
        type: 'host.known',
        ...hosts.recall(),
        ...(pings && { pings, namesStops: true }),
        ...(deadlineMs !== null && { deadlineMs }),
      });
      const { id } = conversation;
      if (id !== null) emit({ type: 'session', sessionId: id, transcriptPath: null, source: 'pinned' });
      // The person has been told, so these are no failures of a part.
      for (const detail of warnings) emit({ type: 'sensor.failed', sensor: 'settings', detail });
    },
    async close(limitMs) {
      await Promise.all([reporter.settle(limitMs), notifier.settle(limitMs)]);
      reporter.close(); // last, because the others may fail even now
    },
  };
}
