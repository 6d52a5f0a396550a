// Writes docs/recovery-times.md: seconds from a fault to its detection and to the end of the turn, on real agents.
// `npm run build && node scripts/recovery-times.js`; about ten minutes, because the default limits are waited for.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { faults } from '../dist/modules/src/drill/api/faults.js';
import { say } from '../dist/modules/src/drill/api/scenario.js';
import { finished, openStage } from '../dist/modules/src/drill/stage.js';
import { realAgent } from './real-agents.js';

const versions = ['2.1.329', '2.1.197'];
const atOnce = 3;

const settings = (streamMs, firstByteMs, frozenMs) => ({
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(streamMs),
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: String(firstByteMs),
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: String(frozenMs),
  GUARDED_CLAUDE_BACKOFF_INITIAL_MS: '1000',
  GUARDED_CLAUDE_BACKOFF_MAX_MS: '30000',
  GUARDED_CLAUDE_STABLE_PROBES: '2',
  GUARDED_CLAUDE_MIN_UPTIME_MS: '10000',
});
const limits = { default: settings(30_000, 120_000, 10_000), '5 s': settings(5_000, 5_000, 5_000) };

const terminalOnly = Object.fromEntries(
  ['IN_PLACE', 'TUNNEL', 'HOOKS', 'PROGRAM_STATUS'].map((key) => [`GUARDED_CLAUDE_${key}`, 'off']),
);

/** The next answer has this fault. */
const answer = (fault) => async (stage) => {
  stage.api.enqueue(faults[fault].scenario);
  await stage.submit('please go on');
  return (await stage.api.waitForRequest(({ faultAt }) => faultAt !== null)).faultAt;
};
/** Something happens to the process in the middle of a healthy answer. */
const inMidText = (happens) => async (stage) => {
  stage.api.enqueue(say(`${'a word '.repeat(40)}\n\n${finished}`, 50));
  await stage.submit('please go on');
  await stage.terminal.waitFor('a word a word');
  happens(stage.agentPid());
  return Date.now();
};
/** A turn that ends in an error once text has been shown. */
const lostTurn = async (stage) => {
  stage.api.enqueue([
    { do: 'start' },
    { do: 'text', text: 'I will run a command. ', everyMs: 100 },
    { do: 'tool', name: 'Bash', input: { command: 'echo never' }, part: 0.5 },
    { do: 'wait', ms: 800 },
    { do: 'close' },
  ]);
  await stage.submit('please go on');
  return (await stage.api.waitForRequest(({ faultAt }) => faultAt !== null)).faultAt;
};

// What an agent does when it is left alone: measured once, first party unless stated otherwise.
const rows = [
  { name: 'no response headers', play: answer('no-headers'), alone: ['182 s', '600 s'] },
  { name: 'headers, then nothing', play: answer('headers-only'), alone: ['181 s', 'not run'] },
  {
    name: '`message_start`, then nothing',
    play: answer('start-only'),
    alone: ['300 s (gateway)', '300 s (gateway)'],
  },
  { name: 'dead in mid-text', play: answer('dead-mid-text'), alone: ['181 s', '181 s'] },
  { name: 'dead in mid-thinking', play: answer('dead-mid-thinking'), alone: ['not run', 'not run'] },
  {
    name: 'dead inside a tool call',
    play: answer('dead-mid-tool-input'),
    alone: ['181 s, then the turn ends', 'not run'],
  },
  { name: 'dead after a tool call', play: answer('dead-after-tool'), alone: ['not run', 'not run'] },
  { name: 'no `message_stop`', play: answer('no-message-stop'), alone: ['as in mid-text', 'as in mid-text'] },
  { name: 'turn ended by a lost connection', play: lostTurn, alone: ['never', 'never'] },
  {
    name: 'killed (SIGKILL)',
    play: inMidText((pid) => process.kill(pid, 'SIGKILL')),
    alone: ['never', 'never'],
  },
  {
    name: 'stopped (SIGSTOP)',
    play: inMidText((pid) => process.kill(pid, 'SIGSTOP')),
    alone: ['never', 'never'],
  },
  {
    name: 'dead in mid-text, terminal only',
    play: answer('dead-mid-text'),
    settings: terminalOnly,
    alone: ['181 s', '181 s'],
  },
];

async function measure(row, version, limit) {
  const stage = await openStage({
    agent: realAgent(version),
    tools: 'allow',
    settings: { ...limits[limit], ...row.settings },
    signal: new AbortController().signal,
  });
  try {
    const began = await row.play(stage);
    await stage.terminal.waitFor(finished, 300_000);
    const recovered = Date.now();
    for (let i = 0; i < 100 && stage.incidents().some(({ outcome }) => outcome === 'open'); i++)
      await sleep(100);
    const incidents = stage.incidents();
    const [first] = incidents;
    if (!first) return 'no incident';
    const s = (at) => `${((at - began) / 1000).toFixed(1)}`;
    const actions = incidents.flatMap((incident) => incident.actions.map(({ action }) => action));
    return `${s(Date.parse(first.detected_at))} / ${s(recovered)} ${actions.join(', ')}`;
  } catch (error) {
    return `failed: ${error.message.split('\n')[0]}`;
  } finally {
    await stage.close();
  }
}

const jobs = rows.flatMap((row) =>
  versions.flatMap((version) => Object.keys(limits).map((limit) => ({ row, version, limit }))),
);
const results = new Map();
const queue = [...jobs];
const work = async () => {
  for (let job = queue.shift(); job; job = queue.shift()) {
    const result = await measure(job.row, job.version, job.limit);
    results.set(job, result);
    process.stderr.write(`${job.version}, ${job.limit}, ${job.row.name}: ${result}\n`);
  }
};
await Promise.all(Array.from({ length: atOnce }, work));

const of = (row, version, limit) =>
  results.get(jobs.find((job) => job.row === row && job.version === version && job.limit === limit));
const columns = versions.flatMap((version) => [
  `${version} alone`,
  ...Object.keys(limits).map((limit) => `${version}, ${limit}`),
]);
const line = (cells) => `| ${cells.join(' | ')} |`;
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const text = `# Recovery times

Seconds from the fault to its detection / to the end of the turn that it hit, and what the guard did, measured on real
agents against the simulated API in first-party surroundings: the vendor's own host over TLS behind a proxy of the
person's, the agent's telemetry and helpers beside it. Each row is the first turn of a session. Commit ${commit},
${new Date().toISOString().slice(0, 10)}. Made by \`npm run build && node scripts/recovery-times.js\`; do not edit.

* **alone**: the agent without a guard. How long until it tries again by itself, as measured once before (first party
  unless stated otherwise), not in these runs; what follows can be as slow again.
* **default**: 30 s of silence in mid-response, 120 s without a first byte, 10 s with nothing drawn.
* **5 s**: \`GUARDED_CLAUDE_STREAM_TIMEOUT_MS\`, \`…_FIRST_BYTE_TIMEOUT_MS\` and \`…_FROZEN_UI_TIMEOUT_MS\` at 5000.
* **terminal only**: tunnel, hooks, program status and in-place cures switched off; the screen is a weaker witness than
  the wire, so its limit is twice as long.

${line(['fault', ...columns])}
${line(['---', ...columns.map(() => '---')])}
${rows
  .map((row) =>
    line([
      row.name,
      ...versions.flatMap((version, index) => [
        row.alone[index],
        ...Object.keys(limits).map((limit) => of(row, version, limit)),
      ]),
    ]),
  )
  .join('\n')}
${readFileSync(new URL('./recovery-times-notes.md', import.meta.url), 'utf8')}`;
writeFileSync(new URL('../docs/recovery-times.md', import.meta.url), text);
process.exit(0);
