// Prints a table: seconds from a fault of the first turn's stream to its detection, on real agents in first-party
// surroundings, with and without a `git` helper that hangs. `npm run build && node scripts/detection-times.js
// [VERSION …]`; about ten seconds a cell. The goal is the limit plus half a second, in the same agent process.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finished, openStage } from '../dist/modules/src/drill/stage.js';
import { realAgent } from '../dist/modules/test/rig/matrix/versions.js';

const limitMs = 4_000;
const versions =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ['2.1.329', '2.1.263', '2.1.197', '2.1.126', '2.1.38', '1.0.44'];

/** A `git` for PATH that hangs when it should clone, with a child of its own. */
function hangingGit(folder) {
  const path = join(folder, 'hanging');
  mkdirSync(path);
  writeFileSync(
    join(path, 'git'),
    `#!/bin/sh\ncase "$*" in *clone*) ;; *) exit 1 ;; esac\nsh -c 'sleep 120; true' &\nwait\n`,
    { mode: 0o755 },
  );
  return path;
}

const dies = [
  { do: 'start' },
  { do: 'text', text: 'and so on, '.repeat(4), everyMs: 100, open: true },
  { do: 'hang' },
];

async function measure(version, helper, folder) {
  const stage = await openStage({
    agent: realAgent(version, folder),
    tools: 'allow',
    settings: {
      GUARDED_CLAUDE_STREAM_TIMEOUT_MS: String(limitMs),
      GUARDED_CLAUDE_FIRST_BYTE_TIMEOUT_MS: '6000',
      GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '5000',
      ...(helper === 'hanging' && { PATH: `${hangingGit(folder)}:${process.env.PATH}` }),
    },
    signal: new AbortController().signal,
  });
  try {
    await sleep(version.startsWith('1.') ? 3_000 : 0); // it draws its box before it listens
    const pid = stage.agentPid();
    stage.api.enqueue(dies);
    await stage.submit('please go on');
    const { faultAt } = await stage.api.waitForRequest((request) => request.faultAt !== null, 60_000);
    await stage.terminal.waitFor(finished, 120_000);
    for (let i = 0; i < 100 && stage.incidents().some(({ outcome }) => outcome === 'open'); i++)
      await sleep(100);
    const [first, ...others] = stage.incidents();
    if (!first) return 'no incident';
    const foundMs = Date.parse(first.detected_at) - faultAt;
    return [
      `${(foundMs / 1000).toFixed(2)} ${first.class}`,
      ...(others.length > 0 ? [`and ${others.length} more`] : []),
      ...(stage.agentPid() === pid ? [] : ['relaunched']),
    ].join(', ');
  } catch (error) {
    return `failed: ${error.message.split('\n')[0]}`;
  } finally {
    await stage.close();
  }
}

const line = (cells) => `| ${cells.join(' | ')} |`;
process.stdout.write(`${line(['version', 'no helper', 'helper hangs'])}\n${line(['---', '---', '---'])}\n`);
for (const version of versions) {
  const cells = [];
  for (const helper of ['none', 'hanging']) {
    const folder = mkdtempSync(join(tmpdir(), 'detection-times-'));
    cells.push(await measure(version, helper, folder));
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${line([version, ...cells])}\n`);
}
process.exit(0);
