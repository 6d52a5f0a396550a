import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readIncidents, recordIncident } from '../../src/records/incidents.ts';
import { temporaryFolder } from '../support/folder.ts';
import { sampleIncident as incident } from '../support/incident.ts';
import { built } from '../support/places.ts';

const place = () => ({ incidents: join(temporaryFolder(), 'incidents.jsonl') });

test('the last record with an id counts; foreign and torn lines are skipped', () => {
  const state = place();
  expect(readIncidents(state)).toEqual([]);
  recordIncident(state.incidents, incident('b', { began_at: '2026-01-01T00:01:00.000Z' }));
  recordIncident(state.incidents, incident('a'));
  const action = { action: 'cut', at: '2026-01-01T00:00:30.000Z', detail: '1 connection' } as const;
  const closed = incident('a', {
    outcome: 'recovered',
    ended_at: '2026-01-01T00:00:31.000Z',
    actions: [action],
  });
  recordIncident(state.incidents, closed);
  appendFileSync(state.incidents, '[]\n{"id":1}\n\n{"id":"torn');
  expect(readIncidents(state)).toEqual([closed, incident('b', { began_at: '2026-01-01T00:01:00.000Z' })]);
  expect(statSync(state.incidents).mode & 0o777).toBe(0o600);
});

test('the file is bounded, the newest incidents stay', () => {
  const state = place();
  for (let index = 0; index < 200; index++) recordIncident(state.incidents, incident(`i${index}`), 5_000);
  const files = readdirSync(join(state.incidents, '..')).sort();
  expect(files).toEqual(['incidents.1.jsonl', 'incidents.jsonl'].filter((name) => files.includes(name)));
  const ids = readIncidents(state).map(({ id }) => id);
  expect(ids).toContain('i199');
  expect(ids.length).toBeLessThan(60);
});

test('several guards share the file: no line is lost or torn, even across rotations', async () => {
  const state = place();
  const module = built('modules/src/records/incidents.js');
  const program = `${state.incidents}.mjs`;
  writeFileSync(
    program,
    `import { recordIncident } from ${JSON.stringify(module)};
     const base = ${JSON.stringify(incident('x'))};
     for (let index = 0; index < 300; index++)
       recordIncident(${JSON.stringify(state.incidents)}, { ...base, id: process.argv[2] + index }, 200_000);`,
  );
  const guards = ['a', 'b', 'c'].map((name) =>
    spawn(process.execPath, [program, name], { stdio: 'inherit' }),
  );
  const codes = await Promise.all(guards.map(async (guard) => (await once(guard, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
  expect(readIncidents(state)).toHaveLength(900);
  const text = readdirSync(join(state.incidents, '..'))
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(join(state.incidents, '..', name), 'utf8'))
    .join('');
  for (const line of text.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
});
