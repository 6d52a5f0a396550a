import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownPlace } from '../../src/platform/place.ts';
import { ownIdentity } from '../../src/platform/process-identity.ts';
import type { Status } from '../../src/records/status.ts';

/** A status as a guard in this very process would write it. */
export function sampleStatus(changes: Partial<Status> = {}): Status {
  const own = ownIdentity();
  return {
    run: 'r1',
    session_id: '11111111-2222-4333-8444-555555555555',
    pid: own.pid,
    start_time: own.startTime,
    place: ownPlace(),
    started_at: '2026-01-01T00:00:00.000Z',
    agent: 'claude-code',
    agent_pid: 4242,
    agent_version: '2.1.329',
    guard_version: '0.1.0',
    cwd: '/home/me/project',
    state: 'starting',
    since: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    incidents: 0,
    message: null,
    attempt: null,
    connection: null,
    tokens: null,
    switches: { tunnel: true },
    resume: ['guarded-claude', '--resume', '11111111-2222-4333-8444-555555555555'],
    ...changes,
  };
}

/** Puts the status of a run below a state root (the folder that holds `sessions/`). */
export function placeStatus(root: string, changes: Partial<Status> = {}): Status {
  const status = sampleStatus(changes);
  const folder = join(root, 'sessions', status.run);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'status.json'), JSON.stringify(status));
  return status;
}
