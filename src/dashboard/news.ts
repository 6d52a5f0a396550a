/** The dashboard's only sources: the status files and the recorded incidents, read again when something changes. */
import { type FSWatcher, statSync, watch } from 'node:fs';
import type { StatePaths } from '../platform/paths.ts';
import { type IncidentView, incidentViews } from '../records/incident-view.ts';
import { readIncidents } from '../records/incidents.ts';
import { readSessions } from '../records/sessions.ts';
import type { News } from './model.ts';

/** Ended sessions stay visible for this long. */
const endedMs = 3_600_000;
const periodMs = 1_000;

export interface NewsSource {
  read(): News;
  /** Calls the listener once a second, and sooner when an incident is recorded. @returns a function that stops it */
  subscribe(listener: (news: News) => void): () => void;
}

export function newsOf(state: StatePaths): NewsSource {
  let incidents: readonly IncidentView[] = [];
  let readAt = '';
  const read = (): News => {
    const nowMs = Date.now();
    const stat = statSync(state.incidents, { throwIfNoEntry: false });
    const version = stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`;
    if (version !== readAt) incidents = readIncidents(state);
    readAt = version;
    const sessions = readSessions(state).filter(
      ({ alive, status }) => alive || nowMs - Date.parse(status.updated_at) < endedMs,
    );
    return { nowMs, sessions, incidents: incidentViews(incidents, state) };
  };
  return {
    read,
    subscribe(listener) {
      const tell = () => listener(read());
      const timer = setInterval(tell, periodMs);
      let watcher: FSWatcher | null = null;
      try {
        watcher = watch(state.root, tell).on('error', () => {});
      } catch {
        // There is no state folder yet; the timer will find it.
      }
      return () => {
        clearInterval(timer);
        watcher?.close();
      };
    },
  };
}
