/** What a person waits for beside the sessions: a list of many past ones, and the repair of a long conversation. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launcher, packageRoot } from '../../../src/platform/own-files.ts';
import { createRun } from '../../../src/platform/paths.ts';
import type { Status } from '../../../src/records/status.ts';

let env: NodeJS.ProcessEnv = process.env;

function run(...args: readonly string[]): { readonly tookMs: number; readonly stdout: string } {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return { tookMs: performance.now() - began, stdout };
}

/** @param stateHome a throw-away folder, for sessions that have ended */
export function pastSessions(stateHome: string, count: number): void {
  env = { PATH: process.env.PATH, HOME: stateHome, XDG_STATE_HOME: stateHome };
  const at = new Date().toISOString();
  for (let index = 0; index < count; index++) {
    const paths = createRun(env, `0101-0000-${index.toString(16).padStart(6, '0')}`);
    const status: Status = {
      run: paths.run,
      session_id: '0b9a3c5e-0000-4000-8000-000000000000',
      pid: 1,
      place: null,
      start_time: '0',
      started_at: at,
      agent: 'claude-code',
      agent_pid: null,
      agent_version: null,
      guard_version: '0',
      cwd: stateHome,
      state: 'ended',
      since: at,
      updated_at: at,
      incidents: 0,
      message: null,
      attempt: null,
      connection: null,
      tokens: null,
      switches: {},
      resume: null,
    };
    writeFileSync(paths.status, JSON.stringify(status));
  }
}

/** Milliseconds beyond what node itself takes. */
export const listing = (): number => run(launcher('guardctl'), 'sessions').tookMs - run('-e', '0').tookMs;

export interface Repair {
  readonly mbPerS: number;
  readonly rssMib: number;
}

export function repair(megabytes: number): Repair {
  const script = join(packageRoot(), 'scripts', 'bench-repair.js');
  const { seconds, max_rss_megabytes } = JSON.parse(run(script, String(megabytes)).stdout) as {
    readonly seconds: number;
    readonly max_rss_megabytes: number;
  };
  return { mbPerS: megabytes / seconds, rssMib: max_rss_megabytes };
}
