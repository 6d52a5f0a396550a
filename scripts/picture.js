// Records a short guarded session and draws it as docs/session.svg: a stream that dies in mid-text and is cured in
// place, then an agent that is killed and comes back. `npm run build && node scripts/picture.js`
import { writeFileSync } from 'node:fs';
import { faults } from '../dist/modules/src/drill/api/faults.js';
import { say } from '../dist/modules/src/drill/api/scenario.js';
import { finished, openStage } from '../dist/modules/src/drill/stage.js';

const columns = 110;
const lines = 26;
const framesPerSecond = 4;

const stage = await openStage({
  agent: null,
  tools: 'allow',
  settings: {},
  signal: AbortSignal.timeout(60_000),
});
const frames = [];
const look = () => {
  const rows = stage.terminal.rows().map((row) => row.replaceAll(stage.sandbox.project, '~/project'));
  const title = stage.terminal.title();
  const text = [title, ...rows].join('\n');
  const last = frames.at(-1);
  if (last?.text === text) last.count++;
  else frames.push({ text, title, rows, count: 1 });
};
const camera = setInterval(look, 1000 / framesPerSecond);
try {
  stage.api.enqueue(faults['dead-mid-text'].scenario);
  await stage.submit('rename the parser and run the tests');
  await stage.terminal.waitFor(finished, 30_000);
  await stage.pause(1500);
  stage.api.enqueue(
    say('Next I will look at the callers of the old name, one file after the other. '.repeat(6), 120),
  );
  await stage.submit('and now the callers');
  await stage.terminal.waitFor('Next I will look at');
  await stage.pause(1200);
  process.kill(stage.agentPid(), 'SIGKILL');
  await stage.terminal.waitFor('You were interrupted', 30_000);
  await stage.pause(3000);
  look();
} finally {
  clearInterval(camera);
  await stage.close();
}
writeFileSync(new URL('../docs/session.svg', import.meta.url), draw(frames));

/** One group of rows per frame, shown in turn by an animation. */
function draw(all) {
  const total = all.reduce((sum, { count }) => sum + count, 0);
  const seconds = total / framesPerSecond;
  let begin = 0;
  const groups = all.map(({ title, rows, count }, index) => {
    const [from, to] = [(begin / total) * 100, ((begin + count) / total) * 100];
    begin += count;
    const shown = crop(rows).map((row, at) => `<text x="14" y="${56 + at * 17}">${quoted(row)}</text>`);
    return {
      style: `@keyframes f${index}{0%,${Math.max(0, from - 0.01).toFixed(2)}%{visibility:hidden}${from.toFixed(2)}%,${(to - 0.01).toFixed(2)}%{visibility:visible}${to.toFixed(2)}%,100%{visibility:${index === all.length - 1 ? 'visible' : 'hidden'}}}`,
      body: `<g style="animation:f${index} ${seconds}s step-end infinite;visibility:hidden"><text class="t" x="50%" y="22">${quoted(title || 'claude')}</text>${shown.join('')}</g>`,
    };
  });
  const [width, height] = [columns * 8.45 + 28, 56 + lines * 17 + 8];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14">
<title>A guarded session: a dead stream is cut and retried in place; a killed agent is resumed and told what happened</title>
<style>text{fill:#d8dee9;white-space:pre}.t{fill:#8fbcbb;text-anchor:middle}${groups.map(({ style }) => style).join('')}</style>
<rect width="100%" height="100%" rx="8" fill="#1f242d"/><rect width="100%" height="34" rx="8" fill="#2a303b"/>
${groups.map(({ body }) => body).join('\n')}
</svg>
`;
}

/** Crops a tall screen with an empty middle to its top and the box at its bottom. */
function crop(rows) {
  const used = rows.findLastIndex((row) => row.trim() !== '') + 1;
  const all = rows.slice(0, used);
  if (all.length <= lines) return all;
  const blank = all.findIndex(
    (row, at) => row.trim() === '' && (all[at + 1] ?? '').trim() === '' && (all[at + 2] ?? '').trim() === '',
  );
  const spare = all.length - lines;
  return blank >= 0 ? [...all.slice(0, blank), ...all.slice(blank + spare)] : all.slice(-lines);
}

function quoted(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
