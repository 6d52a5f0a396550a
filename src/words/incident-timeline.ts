/** What a run's journal tells about one incident. */
import { runPaths, type StatePaths } from '../platform/paths.ts';
import { readJournal } from '../records/journal-reader.ts';
import type { ToldIncident } from '../records/told-incidents.ts';
import { stretch } from './story.ts';
import { type TimelineLine, timeline } from './timeline.ts';

/** The incident's timeline; empty if the journal is gone. Reads some megabytes. */
export function incidentTimeline(state: StatePaths, incident: ToldIncident): TimelineLine[] {
  const files = readJournal(runPaths(state, incident.run).journal);
  return timeline(files, ...stretch(incident, Date.now()));
}
