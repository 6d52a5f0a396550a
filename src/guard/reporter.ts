/**
 * Everything that the guard writes to disk about one run: journal, status, incidents. A sink that cannot be written is
 * reported once and dropped.
 */

import type { AgentVersion } from '../agents/contract/version.ts';
import type { Config } from '../config/schema.ts';
import type { Step } from '../decide/incident.ts';
import type { GuardState } from '../decide/state.ts';
import type { Effect, Incident } from '../effects.ts';
import type { Event } from '../events.ts';
import { openMetrics } from '../metrics/metrics.ts';
import { removeHalfWritten } from '../platform/atomic-file.ts';
import { lastingFolder, type RunPaths, statePaths } from '../platform/paths.ts';
import { ownPlace } from '../platform/place.ts';
import { ownIdentity } from '../platform/process-identity.ts';
import { removeLeftoverSecrets } from '../platform/secret-folder.ts';
import { incidentRecord } from '../records/incident-record.ts';
import { type IncidentRecord, recordIncident } from '../records/incidents.ts';
import { journalFormat, openJournal } from '../records/journal.ts';
import { removeOldRuns } from '../records/sessions.ts';
import { openStatus, type SessionState } from '../records/status.ts';
import { createWallClock } from '../records/wall-clock.ts';
import { describe } from '../words/describe.ts';
import type { Launch } from './run.ts';

export interface ReporterOptions {
  readonly launch: Launch;
  readonly paths: RunPaths;
  readonly config: Config;
  /** An update may change it during the run. */
  readonly version: () => AgentVersion | null;
  readonly guardVersion: string;
  readonly state: () => GuardState;
  readonly sessionId: () => string | null;
  /** The folder in which the conversation works now. */
  readonly cwd: () => string;
  /** The words of the command that continues the conversation. */
  readonly resume: () => readonly string[] | null;
  /** Called once per sink. */
  readonly degraded: (detail: string) => void;
}

export interface Reporter {
  /** One turn of the loop: an event, and what the core made of it. @returns the state in which the session is shown */
  turned(event: Event, before: GuardState, result: Step): SessionState;
  recordOf(incident: Incident): IncidentRecord;
  /** The status is complete when this returns. It resolves once the rest has been reported, or after `limitMs`. */
  settle(limitMs: number): Promise<void>;
  /** Completes the journal. */
  close(): void;
}

/** How long after the start the records of older runs are removed, so as not to slow it down. */
const tidyMs = 10_000;

function tidy(env: Launch['env']): void {
  const state = statePaths(env);
  removeOldRuns(state, Date.now());
  for (const folder of [state.root, lastingFolder(state)]) removeHalfWritten(folder);
  removeLeftoverSecrets(env);
}

export function openReporter(options: ReporterOptions): Reporter {
  const { launch, paths, config, state } = options;
  const version = () => options.version()?.text ?? null;
  const incidentsPath = statePaths(launch.env).incidents;
  const wallClock = createWallClock(Date.now() - performance.now());
  /** The state before the event that is about to be recorded. A journal file begins with it. */
  let latest = state();
  const journal = openJournal({
    path: paths.journal,
    header: {
      format: journalFormat,
      guard_version: options.guardVersion,
      // Read for each file.
      get agent() {
        return { id: launch.adapter.id, version: version() };
      },
      get wall_ms() {
        return Date.now();
      },
      get monotonic_ms() {
        return performance.now();
      },
      config,
      seed: 0,
    },
    checkpoint: () => latest,
    onFailure: (detail) => options.degraded(`journal: ${detail}`),
  });
  const identity = ownIdentity();
  const status = openStatus({
    path: paths.status,
    initial: {
      run: paths.run,
      session_id: options.sessionId(),
      pid: identity.pid,
      start_time: identity.startTime,
      place: ownPlace(),
      agent: launch.adapter.id,
      agent_pid: null,
      agent_version: version(),
      guard_version: options.guardVersion,
      cwd: options.cwd(),
      state: 'starting',
      incidents: 0,
      message: null,
      attempt: null,
      connection: null,
      tokens: null,
      resume: options.resume(),
      switches: {
        ...config.senses,
        in_place: config.recovery.in_place,
        auto_resume: config.network_resilience.auto_resume,
      },
    },
    onFailure: (detail) => options.degraded(`status: ${detail}`),
  });
  setTimeout(tidy, tidyMs, launch.env).unref();
  /** The version that each incident began with, by its number. */
  const versions = new Map<number, string | null>();
  const versionOf = ({ number }: Incident): string | null => {
    const known = versions.get(number);
    if (known !== undefined) return known;
    const present = version();
    versions.set(number, present);
    return present;
  };
  const recordOf = (incident: Incident): IncidentRecord =>
    incidentRecord(incident, {
      run: paths.run,
      sessionId: options.sessionId(),
      agentVersion: versionOf(incident),
      wallMs: wallClock.of,
    });
  const metrics = openMetrics({
    env: launch.env,
    state: statePaths(launch.env),
    run: paths.run,
    guardVersion: options.guardVersion,
    file: config.records.metrics_file,
    degraded: options.degraded,
  });
  /** The run ends, and the guard could not help. */
  let gaveUp = false;
  const recordEffect = (effect: Effect): void => {
    if (effect.type !== 'incident') return;
    gaveUp = effect.incident.outcome === 'gave_up';
    const record = recordOf(effect.incident);
    metrics.incident(record);
    try {
      recordIncident(incidentsPath, record);
    } catch (error) {
      options.degraded(`incidents: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return {
    turned(event, before, result) {
      wallClock.learn(event.at, Date.now() - performance.now());
      latest = before;
      journal.record({ at: event.at, event });
      const { incident } = result.state;
      if (incident && incident.evidence !== before.incident?.evidence) {
        journal.record({ at: event.at, verdict: { class: incident.class, because: incident.evidence } });
      }
      for (const effect of result.effects) {
        journal.record({ at: event.at, effect });
        recordEffect(effect);
      }
      const told = describe(result.state, gaveUp);
      status.update({
        ...told,
        session_id: options.sessionId(),
        agent_version: version(),
        cwd: options.cwd(),
        resume: options.resume(),
      });
      metrics.session(told.state);
      return told.state;
    },
    recordOf,
    settle(limitMs) {
      status.close({ state: gaveUp ? 'gave_up' : 'ended', message: null });
      return metrics.close(limitMs);
    },
    close: () => journal.close(),
  };
}
