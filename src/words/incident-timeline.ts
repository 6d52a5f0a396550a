/** What a run's journal says about one incident. */
import { runPaths, type StatePaths } from '../platform/paths.ts';
import type { IncidentView } from '../records/incident-view.ts';
import { readJournal } from '../records/journal-reader.ts';
import { stretch } from './story.ts';
import { type TimelineLine, timeline } from './timeline.ts';

/** The incident's timeline; empty if the journal is gone. Reads some megabytes. */
export function incidentTimeline(state: StatePaths, incident: IncidentView): TimelineLine[] {
  const files = readJournal(runPaths(state, incident.run).journal);
  return timeline(files, ...stretch(incident, Date.now()));
}
