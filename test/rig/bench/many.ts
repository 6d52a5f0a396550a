/** So many sessions that stream at the same time. Says `ready`, and in the end what their guards have used. */
import { setTimeout as sleep } from 'node:timers/promises';
import { defaults } from '../../../src/config/schema.ts';
import { openStage, type Stage } from '../../../src/drill/stage.ts';
import { stream } from './sessions.ts';
import { cpuMsOf, pssMibOf } from './usage.ts';

const [sessions = 32, forMs = 20_000] = process.argv.slice(2).map(Number);
const { signal } = new AbortController();
/** As users have them: a drill's limits of two seconds are shorter than the stalls of so busy a machine. */
const settings = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(defaults.network_resilience.stream_timeout_ms),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: String(defaults.network_resilience.first_byte_timeout_ms),
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: String(defaults.recovery.frozen_ui_timeout_ms),
};
const stages: Stage[] = [];
for (let index = 0; index < sessions; index++) {
  const stage = await openStage({ agent: null, tools: 'allow', settings, signal });
  stages.push(stage);
  stage.api.enqueue(stream);
  await stage.submit('please go on');
  await stage.terminal.waitFor('and so on and so on');
}
const sum = (of: (pid: number) => number) =>
  stages.map(({ terminal }) => of(terminal.pid)).reduce((total, each) => total + each, 0);
const before = sum(cpuMsOf);
console.log('ready');
await sleep(forMs);
const cpuMsPerS = ((sum(cpuMsOf) - before) / forMs) * 1_000;
const incidents = stages.flatMap((stage) => stage.incidents()).length;
console.log(JSON.stringify({ cpuMsPerS, pssMib: sum(pssMibOf), incidents }));
await Promise.all(stages.map((stage) => stage.close()));
process.exit(0);
