/** The small files that the guard keeps. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { statePaths } from '../../../src/platform/paths.ts';
import { openHostMemory } from '../../../src/records/host-memory.ts';
import { readIncidentViews } from '../../../src/records/incident-view.ts';
import { readResumeMap } from '../../../src/records/resume-map.ts';
import { readSessions } from '../../../src/records/sessions.ts';
import { holds, reader, type Target } from '../target.ts';

export const status = {
  run: 'r',
  session_id: null,
  pid: 1,
  start_time: '1',
  started_at: '2026-01-01T00:00:00.000Z',
  agent: 'claude-code',
  agent_pid: 2,
  agent_version: null,
  guard_version: '0',
  cwd: '/',
  state: 'idle',
  since: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  incidents: 0,
  message: null,
  attempt: null,
  connection: { open: 1, silent_ms: 5 },
  tokens: 7,
  switches: { tunnel: true, hooks: false },
  resume: ['guarded-claude'],
};
const incident = {
  id: 'r-1',
  run: 'r',
  session_id: null,
  agent_version: null,
  class: 'dead-stream',
  outcome: 'open',
  began_at: '2026-01-01T00:00:00.000Z',
  detected_at: '2026-01-01T00:00:00.000Z',
  ended_at: null,
  evidence: ['a'],
  actions: [{ action: 'cut', at: '2026-01-01T00:00:00.000Z', detail: 'x' }],
};
const pane = {
  run: 'r',
  socket: '/s',
  server_pid: 1,
  server_start_time: '1',
  pane: 'a:1.1',
  cwd: '/',
  session_id: 's',
  args: [],
  left_out: [],
  variables: {},
  updated_at: '2026-01-01T00:00:00.000Z',
};

export const records: Target = {
  what: 'our own small files: status, incidents, resume map, hosts',
  seeds: () =>
    [status, incident, [pane], { 'api:443': { first_byte_ms: 1, stream_ms: 2, pings: true, at_ms: 3 } }].map(
      (value) => Buffer.from(`${JSON.stringify(value)}\n`),
    ),
  words: Object.keys({ ...status, ...incident, ...pane }).map((name) => `"${name}":`),
  async open(folder) {
    const state = statePaths({ XDG_STATE_HOME: folder });
    const run = join(state.sessions, 'r');
    mkdirSync(run, { recursive: true });
    return reader((input) => {
      for (const path of [join(run, 'status.json'), state.incidents]) writeFileSync(path, input);
      for (const name of ['resume-map.json', 'hosts.json', 'versions.json'])
        writeFileSync(join(state.root, name), input);
      readSessions(state);
      readIncidentViews(state);
      readResumeMap(state);
      const memory = openHostMemory(state.root, 'api:443', (detail) => holds(false, detail));
      const known = memory.recall();
      holds(known.streamMs >= 0 && known.firstByteMs >= 0, 'a lesson is a length of time');
    });
  },
};
