// A long outage under a real agent: node scripts/outage.js [SECONDS=180] [VERSION…]
// The API takes no connection for that long, from before the prompt on. Every other setting is the default. Counts
// the agent's own retries (on its screen, and as requests), which the tunnel's hold is there to prevent.
// Exits 1 if there was one, or if the turn did not come to its end. Run `npm run build` first.
import { setTimeout as sleep } from 'node:timers/promises';
import { finished, openStage } from '../dist/modules/src/drill/stage.js';
import { realAgent } from './real-agents.js';

const [seconds = '180', ...wanted] = process.argv.slice(2);
const versions = wanted.length > 0 ? wanted : ['2.1.329', '2.1.197'];
const defaults = {
  GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '30000',
  GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '120000',
  GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '10000',
  GUARDED_CLAUDE_BACKOFF_INITIAL_MS: '1000',
  GUARDED_CLAUDE_BACKOFF_MAX_MS: '30000',
  GUARDED_CLAUDE_STABLE_PROBES: '2',
};
const ownRetry = /attempt \d+\/\d+|[Rr]etrying/;

async function outage(version) {
  const { signal } = new AbortController();
  const stage = await openStage({ agent: realAgent(version), tools: 'allow', settings: defaults, signal });
  try {
    const pid = stage.agentPid();
    await stage.api.silence();
    await stage.submit('please go on');
    let retries = 0;
    for (const end = Date.now() + Number(seconds) * 1000; Date.now() < end; await sleep(500)) {
      if (ownRetry.test(stage.terminal.text())) retries += 1;
    }
    await stage.api.reopen();
    const back = Date.now();
    const ended = await stage.terminal.waitFor(finished, 120_000).then(
      () => true,
      () => false,
    );
    const afterS = ((Date.now() - back) / 1000).toFixed(1);
    for (let i = 0; i < 100 && stage.incidents().some(({ outcome }) => outcome === 'open'); i++)
      await sleep(100);
    const [incident] = stage.incidents();
    const requests = stage.api.turns().length;
    const same = stage.status()?.agent_pid === pid;
    process.stdout.write(
      `${version}: ${seconds} s of outage, own retries seen ${retries}, requests ${requests}, ` +
        `${ended ? `turn over ${afterS} s after the line was back` : 'the turn never ended'}, ` +
        `${same ? 'same process' : 'ANOTHER PROCESS'}, ` +
        `incident ${incident?.class} ${incident?.outcome} [${incident?.actions.map(({ action }) => action)}]\n`,
    );
    return ended && same && retries === 0 && requests === 1;
  } finally {
    await stage.close();
  }
}

const results = await Promise.all(versions.map(outage));
process.exit(results.every(Boolean) ? 0 : 1);
