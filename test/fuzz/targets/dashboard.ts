/** What `guardctl watch` draws of our own small files, whatever lies in them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Change,
  emptyModel,
  keyTable,
  type Model,
  withKey,
  withNews,
} from '../../../src/dashboard/model.ts';
import { newsOf } from '../../../src/dashboard/news.ts';
import { details, footer, incidentRow, type Look, sessionRow } from '../../../src/dashboard/rows.ts';
import { statePaths } from '../../../src/platform/paths.ts';
import { ownIdentity } from '../../../src/platform/process-identity.ts';
import { incidentTimeline } from '../../../src/words/incident-timeline.ts';
import { storyLines } from '../../../src/words/story-text.ts';
import { holds, reader, type Target } from '../target.ts';
import { records, status } from './records.ts';

const looks: readonly Look[] = [
  { columns: 80, rows: 24, unicode: true, home: '/root' },
  { columns: 9, rows: 3, unicode: false, home: '/' },
];
/** Stands for a process that lives in an input, so that inputs can be kept. */
const living = '@LIVING@';
/** Whatever acts on a terminal. */
const acts = /[\u0000-\u001f\u007f-\u009f]/;

export const dashboard: Target = {
  what: 'what the dashboard draws of our own small files',
  seeds: () => {
    const alive = JSON.stringify({ ...status, message: 'waits', state: 'working' });
    return [...records.seeds(), Buffer.from(`${alive.replace('"pid":1,"start_time":"1"', living)}\n`)];
  },
  words: [
    ...records.words,
    '"attempt":{"n":1,"of":null,"next_in_ms":5}',
    '"switches":null',
    '\\u001b[2J',
    '界',
  ],
  async open(folder) {
    const state = statePaths({ XDG_STATE_HOME: folder });
    const run = join(state.sessions, 'r');
    mkdirSync(run, { recursive: true });
    const { pid, startTime } = ownIdentity();
    const ours = `"pid":${pid},"start_time":${JSON.stringify(startTime)}`;
    return reader((input) => {
      const text = Buffer.from(input.toString('latin1').replaceAll(living, ours), 'latin1');
      for (const path of [join(run, 'status.json'), state.incidents]) writeFileSync(path, text);
      let model: Model = withNews(emptyModel, newsOf(state).read());
      for (const { keys } of keyTable) {
        for (const key of keys) {
          model = keyed(model, key);
          for (const look of looks)
            for (const row of drawn(model, look)) holds(!acts.test(row), 'no row acts on the terminal');
        }
      }
      const style = { columns: 80, colour: false, unicode: true, control: false };
      for (const incident of model.incidents)
        for (const line of storyLines(incident, incidentTimeline(state, incident), style))
          holds(!acts.test(line), 'no story acts on the terminal');
    });
  },
};

/** Nothing is sent: only what a session would be asked for is made. */
function keyed(model: Model, key: string): Model {
  const { model: next }: Change = withKey(model, key);
  return next;
}

function drawn(model: Model, look: Look): readonly string[] {
  return [
    ...model.sessions.map((session) => sessionRow(session, model, true, look)),
    ...model.incidents.map((incident) => incidentRow(incident, false, look)),
    ...details(model, look),
    footer(model, look),
  ];
}
