import { runPaths, type StatePaths, statePaths } from '../platform/paths.ts';
import { causeWords } from '../report/cause.ts';
import { type IncidentRecord, readIncidents } from '../report/incidents.ts';
import { readJournal } from '../report/journal-reader.ts';
import { outcomeWords, shortened, stretch, tellStory } from '../report/story.ts';
import { oneLine, paint } from '../report/terminal-style.ts';
import { type TimelineLine, timeline } from '../report/timeline.ts';
import { parse } from './arguments.ts';
import { findByPrefix } from './find.ts';
import { clockTime, columns, duration, print, printJson, style } from './output.ts';

/** `guardctl incidents [ID] [--json]`: the list, or one told in full. The JSON is an array in both cases. */
export async function run(args: readonly string[]): Promise<number> {
  const { words, options } = parse(args, ['json'], 1);
  const state = statePaths(process.env);
  const all = readIncidents(state);
  const [wanted] = words;
  const chosen = wanted === undefined ? all : [findByPrefix('incident', wanted, all, ({ id }) => [id])];
  const [only] = chosen;
  if (options.json) printJson(chosen);
  else if (only === undefined) print('No incident so far.');
  else if (wanted !== undefined) print(told(only, incidentTimeline(state, only)));
  else print(columns(['ID', 'BEGAN', 'LASTED', 'WHAT', 'DONE', 'OUTCOME'], chosen.map(row), style()));
  return 0;
}

export function incidentTimeline(state: StatePaths, incident: IncidentRecord): TimelineLine[] {
  const files = readJournal(runPaths(state, incident.run).journal);
  return timeline(files, ...stretch(incident, Date.now()));
}

function row(incident: IncidentRecord): string[] {
  const { id, began_at, ended_at, actions, outcome } = incident;
  const lasted = ended_at === null ? '' : duration(Date.parse(ended_at) - Date.parse(began_at));
  const done = [...new Set(actions.map(({ action }) => action))].join(', ');
  return [
    id,
    clockTime(began_at),
    lasted,
    causeWords(incident.class).noun,
    done === '' ? '-' : done,
    outcome,
  ];
}

function told(incident: IncidentRecord, lines: readonly TimelineLine[]): string {
  const look = style();
  const story = tellStory(incident);
  const heading = (text: string) => ['', paint(text, 'bold', look)];
  const facts = story.facts.map(([name, value]) => `  ${name.padEnd(14)}${value}`);
  const at = (iso: string | number) => clockTime(new Date(iso).toISOString());
  return [
    `${paint(story.headline, 'bold', look)} ${outcomeWords[incident.outcome]}`,
    '',
    `  ${'incident'.padEnd(14)}${incident.id}`,
    `  ${'session'.padEnd(14)}${incident.session_id ?? 'unknown'}`,
    `  ${'agent'.padEnd(14)}${incident.agent_version ?? 'version unknown'}`,
    `  ${'began'.padEnd(14)}${at(incident.began_at)}`,
    ...facts,
    ...heading('Evidence'),
    ...incident.evidence.map((fact) => `  ${oneLine(fact)}`),
    ...heading('Actions'),
    ...incident.actions.map(
      ({ at: when, action, detail }) => `  ${at(when)}  ${action.padEnd(9)} ${oneLine(detail)}`,
    ),
    ...(lines.length === 0 ? [] : heading('Timeline')),
    ...shortened(lines).map((line) =>
      line === null ? '  …' : `  ${at(line.wallMs)}  ${line.sense.padEnd(15)} ${oneLine(line.text)}`,
    ),
  ].join('\n');
}
