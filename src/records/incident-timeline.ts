/** What the journal of its run tells about one incident. */
import { runPaths, type StatePaths } from '../platform/paths.ts';
import { stretch } from '../words/story.ts';
import { type TimelineLine, timeline } from '../words/timeline.ts';
import { readJournal } from './journal-reader.ts';
import type { ToldIncident } from './told-incidents.ts';

/** Empty when the journal is gone. Reads some megabytes. */
export function incidentTimeline(state: StatePaths, incident: ToldIncident): TimelineLine[] {
  const files = readJournal(runPaths(state, incident.run).journal);
  return timeline(files, ...stretch(incident, Date.now()));
}
