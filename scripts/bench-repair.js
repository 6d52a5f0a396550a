// Repairs a generated conversation of MEGABYTES (default 200) and prints time, memory, the longest time for which the
// event loop was blocked, and the share of the time in which it was busy. Run `npm run build` first.
// Usage: node scripts/bench-repair.js [MEGABYTES] [--here]     --here: in this thread, whatever its size

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  claudeCodeRepairer,
  examineHere,
} from '../dist/modules/src/agents/claude-code/transcript/repair/repair.js';
import { repairFile } from '../dist/modules/src/agents/common/repair.js';

const [size = '200', option] = process.argv.slice(2);
const megabytes = Number(size);

/**
 * Prompt, text, call, result …; the last call has no result, one line in 500 is garbage, one record in 700 is cut off.
 */
async function generate(path, sessionId) {
  const file = createWriteStream(path);
  let parentUuid = null;
  let bytes = 0;
  let time = Date.parse('2026-01-01T00:00:00Z');
  const write = async (text) => {
    bytes += Buffer.byteLength(text);
    if (!file.write(text)) await once(file, 'drain');
  };
  const record = async (fields, lose = false) => {
    const uuid = randomUUID();
    time += 900;
    const parent = lose ? randomUUID() : parentUuid;
    const common = {
      isSidechain: false,
      userType: 'external',
      cwd: '/p',
      sessionId,
      version: '2.1.329',
      gitBranch: '',
    };
    await write(
      `${JSON.stringify({ parentUuid: parent, ...common, ...fields, uuid, timestamp: new Date(time).toISOString() })}\n`,
    );
    parentUuid = uuid;
  };
  const text = 'All work and no play makes a long transcript. '.repeat(40);
  for (let turn = 0; ; turn++) {
    const id = `msg_${turn}`;
    const say = (...content) => ({ type: 'assistant', message: { id, role: 'assistant', content } });
    await record(
      { type: 'user', message: { role: 'user', content: `${turn} ${text}` } },
      turn > 0 && turn % 175 === 0,
    );
    await record(say({ type: 'text', text }));
    await record(say({ type: 'tool_use', id: `toolu_${turn}`, name: 'Bash', input: { command: 'make' } }));
    if (turn % 125 === 0) await write('}} torn \u0000\u0000\n');
    if (bytes >= megabytes * 1e6) break;
    const result = { type: 'tool_result', tool_use_id: `toolu_${turn}`, content: text.repeat(2) };
    await record({ type: 'user', message: { role: 'user', content: [result] } });
  }
  file.end();
  await once(file, 'close');
}

/** Measures the longest gap between two turns of the loop, looking every 5 ms. @returns a function that ends this */
function watchLoop() {
  let last = performance.now();
  let longest = 0;
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 5);
  return () => {
    clearInterval(timer);
    look();
    return longest;
  };
}

async function measure() {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-bench-'));
  try {
    const path = join(folder, `${randomUUID()}.jsonl`);
    // In a process of its own, so that its memory is not counted.
    spawnSync(process.execPath, [import.meta.filename, size, '--generate', path], { stdio: 'inherit' });
    const repairer =
      option === '--here' ? { ...claudeCodeRepairer, examine: examineHere } : claudeCodeRepairer;
    const before = process.resourceUsage().maxRSS;
    const started = performance.now();
    const maxGap = watchLoop();
    const idle = performance.eventLoopUtilization();
    const outcome = await repairFile(path, repairer, {
      now: Date.now(),
      reconnect: false,
      byHand: false,
      version: null,
      resultTexts: new Map(),
      dryRun: false,
      thorough: false,
    });
    const { utilization } = performance.eventLoopUtilization(idle);
    const gap = maxGap();
    console.log(
      JSON.stringify({
        megabytes: Math.round(statSync(path).size / 1e6),
        result: outcome.result,
        detail: outcome.detail,
        without_thread: repairer.takeFailure(),
        findings: Object.fromEntries(outcome.findings.map(({ kind, count }) => [kind, count])),
        messages_before: outcome.before,
        messages_after: outcome.after,
        seconds: Number(((performance.now() - started) / 1000).toFixed(1)),
        longest_gap_seconds: Number((gap / 1000).toFixed(2)),
        loop_at_work: Number(utilization.toFixed(2)),
        max_rss_megabytes: Math.round(process.resourceUsage().maxRSS / 1024),
        max_rss_before_megabytes: Math.round(before / 1024),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (option === '--generate') await generate(process.argv[4], randomUUID());
else await measure();
