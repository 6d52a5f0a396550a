import { statePaths } from '../platform/paths.ts';
import { type IncidentView, incidentViews } from '../records/incident-view.ts';
import { readIncidents } from '../records/incidents.ts';
import { causeWords } from '../words/cause.ts';
import { incidentTimeline } from '../words/incident-timeline.ts';
import { storyLines } from '../words/story-text.ts';
import { clockTime, duration } from '../words/times.ts';
import { parse } from './arguments.ts';
import { columns } from './columns.ts';
import { findByPrefix } from './find.ts';
import { print, printJson, style } from './output.ts';

/** `guardctl incidents [ID] [--json]`: the list, or one incident in full. The JSON is an array in both cases. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['json'], 1);
  const state = statePaths(process.env);
  const all = readIncidents(state);
  const [wanted] = words;
  const chosen = wanted === undefined ? all : [findByPrefix('incident', wanted, all, ({ id }) => [id])];
  if (options.json) {
    printJson(chosen);
    return 0;
  }
  const told = incidentViews(chosen, state);
  const [only] = told;
  if (only === undefined) print('No incidents so far.');
  else if (wanted !== undefined) print(storyLines(only, incidentTimeline(state, only), style()).join('\n'));
  else print(await columns(['ID', 'BEGAN', 'LASTED', 'WHAT', 'DONE', 'OUTCOME'], told.map(row), style()));
  return 0;
}

function row(incident: IncidentView): string[] {
  const { id, began_at, ended_at, actions, outcome, regretted_at } = incident;
  const lasted = ended_at === null ? '' : duration(Date.parse(ended_at) - Date.parse(began_at));
  const done = [...new Set(actions.map(({ action }) => action))].join(', ');
  return [
    id,
    clockTime(began_at),
    lasted,
    causeWords(incident.class).noun,
    done === '' ? '-' : done,
    (outcome === 'guard_gone' ? 'its guard is gone' : outcome) +
      (regretted_at === undefined ? '' : ', suspected false positive'),
  ];
}
