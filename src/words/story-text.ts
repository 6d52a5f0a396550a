/** An incident as lines of text for a terminal. */

import type { IncidentView } from '../records/incident-view.ts';
import { shortened, tellStory } from './story.ts';
import { oneLine, paint, type TerminalStyle } from './terminal-style.ts';
import type { TimelineLine } from './timeline.ts';
import { clockTime } from './times.ts';

export function storyLines(
  incident: IncidentView,
  lines: readonly TimelineLine[],
  look: TerminalStyle,
): string[] {
  const story = tellStory(incident);
  const heading = (text: string) => ['', paint(text, 'bold', look)];
  const at = (moment: string | number) => clockTime(new Date(moment).toISOString());
  const facts: readonly (readonly [string, string])[] = [
    ['incident', incident.id],
    ['session', incident.session_id ?? 'unknown'],
    ['agent', incident.agent_version ?? 'version unknown'],
    ['began', at(incident.began_at)],
    ...story.facts,
  ];
  return [
    `${paint(oneLine(story.headline), 'bold', look)} ${oneLine(story.outcome)}`,
    '',
    ...facts.map(([name, value]) => `  ${name.padEnd(14)}${oneLine(value)}`),
    ...heading('Evidence'),
    ...incident.evidence.map((fact) => `  ${oneLine(fact)}`),
    ...heading('Actions'),
    ...(incident.actions.length === 0 ? ['  none'] : []),
    ...incident.actions.map(
      ({ at: when, action, detail }) => `  ${at(when)}  ${oneLine(action).padEnd(9)} ${oneLine(detail)}`,
    ),
    ...(lines.length === 0 ? [] : heading('Timeline')),
    ...shortened(lines).map((line) =>
      line === null ? '  …' : `  ${at(line.wallMs)}  ${line.sense.padEnd(15)} ${oneLine(line.text)}`,
    ),
  ];
}
