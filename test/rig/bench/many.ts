/** So many sessions that stream at the same time. Says `ready`, and in the end what they have used (`Many`). */
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaults } from '../../../src/config/schema.ts';
import { openStage, type Stage } from '../../../src/drill/stage.ts';
import { guard } from './rows.ts';
import { type Many, stream } from './sessions.ts';
import { openBareStage } from './stages.ts';
import { agentsBelow, cpuMsOf, pssMibOf } from './usage.ts';

const [contender = guard, ...numbers] = process.argv.slice(2);
const [sessions = 32, forMs = 20_000] = numbers.map(Number);
const { signal } = new AbortController();
setMaxListeners(sessions * 4, signal);
/** As users have them: a drill's limits of two seconds are shorter than the stalls of so busy a machine. */
const settings = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(defaults.network_resilience.stream_timeout_ms),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: String(defaults.network_resilience.first_byte_timeout_ms),
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: String(defaults.recovery.frozen_ui_timeout_ms),
};
const guarded: Stage[] = [];

async function open() {
  if (contender !== guard) return openBareStage();
  const stage = await openStage({ agent: null, tools: 'allow', settings, signal });
  guarded.push(stage);
  return stage;
}

const stages: Awaited<ReturnType<typeof open>>[] = [];
for (let index = 0; index < sessions; index++) {
  const stage = await open();
  stages.push(stage);
  stage.api.enqueue(stream);
  await stage.submit('please go on');
  await stage.terminal.waitFor('and so on and so on');
}
const around = stages.map(({ terminal }) => terminal.pid);
const agents = around.flatMap(agentsBelow);
const sum = (pids: readonly number[], of: (pid: number) => number) =>
  pids.reduce((total, pid) => total + of(pid), 0);
const measured = () => [sum(around, cpuMsOf), sum(agents, cpuMsOf), cpuMsOf(process.pid)] as const;

const before = measured();
const began = performance.now();
console.log('ready');
await sleep(forMs);
const after = measured();
const seconds = (performance.now() - began) / 1_000;
const [own = 0, ofAgents = 0, ofApi = 0] = after.map((ms, index) => (ms - (before[index] ?? 0)) / seconds);
const many: Many = {
  cpuMsPerS: own,
  restMsPerS: ofAgents + ofApi,
  pssMib: sum(around, pssMibOf),
  incidents: guarded.flatMap((stage) => stage.incidents()).length,
};
console.log(JSON.stringify(many));
await Promise.all(stages.map((stage) => stage.close()));
process.exit(0);
