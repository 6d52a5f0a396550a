// Draws a .cpuprofile as a flame graph: node scripts/flame-graph.js FILE [TITLE] > flame.svg
// Time runs upwards from the event loop's turn to what it calls; the wider, the more of the samples. Frames below 0.3 %
// of all time are left out, and so is the time in which nothing ran.
import { readFileSync } from 'node:fs';

const [file, title = ''] = process.argv.slice(2);
const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8'));

const smallest = 0.003;
const [width, rowHeight, margin, letter] = [1200, 17, 10, 6.6];
/** What the profiler calls the time between turns of the loop. */
const idle = new Set(['(idle)', '(program)', '(root)']);

/** Relative to the package: nothing of the machine on which it was profiled. */
function place({ url, lineNumber }) {
  const [, path = url] = /(?:^|\/)((?:node_modules\/(?:@[^/]+\/)?|dist\/|src\/)[^/].*)$/.exec(url) ?? [];
  const short = /^(?:file:)?\//.test(path) ? path.replace(/^.*\//, '') : path;
  return url === '' ? '' : ` ${short}:${lineNumber + 1}`;
}

const byId = new Map(nodes.map((node) => [node.id, node]));
const own = new Map();
for (const [index, id] of samples.entries())
  own.set(id, (own.get(id) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));

/** Frames of the same function below the same caller are one. */
function add(into, node) {
  const { functionName, url } = node.callFrame;
  if (idle.has(functionName) && functionName !== '(root)') return 0;
  const name = functionName || '(anonymous)';
  const key = `${name} ${url}`;
  const frame = into.get(key) ?? { name, place: place(node.callFrame), url, time: 0, below: new Map() };
  let time = own.get(node.id) ?? 0;
  for (const child of node.children ?? []) time += add(frame.below, byId.get(child));
  frame.time += time;
  if (time > 0) into.set(key, frame);
  return time;
}

const top = new Map();
const all = add(top, nodes[0]);
const rects = [];
let depth = 0;

const escaped = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
/** Ours warm, libraries green, node's own blue, the engine's grey. */
function colour({ url, name }) {
  if (url.includes('node_modules') || url.includes('xterm')) return '#9c9';
  if (url.startsWith('node:')) return '#9bd';
  if (url === '') return name.startsWith('(') ? '#bbb' : '#c9b';
  return '#f96';
}

function draw(frame, x, level) {
  const share = frame.time / all;
  if (share < smallest) return;
  depth = Math.max(depth, level);
  rects.push({ frame, x, level, share });
  let next = x;
  for (const below of [...frame.below.values()].sort((a, b) => b.time - a.time)) {
    draw(below, next, level + 1);
    next += below.time / all;
  }
}
for (const frame of top.values()) draw(frame, 0, 0);

const height = margin * 2 + rowHeight * (depth + 3);
const inner = width - 2 * margin;
const heading = `${title ? `${title}. ` : ''}${(all / 1000).toFixed(0)} ms of CPU time in ${samples.length} samples`;
const shapes = rects.map(({ frame, x, level, share }) => {
  const [left, top, wide] = [margin + x * inner, height - margin - (level + 1) * rowHeight, share * inner];
  const label = frame.name.slice(0, Math.max(0, Math.floor((wide - 4) / letter)));
  const text =
    label.length < 3 ? '' : `<text x="${(left + 2).toFixed(1)}" y="${top + 12}">${escaped(label)}</text>`;
  const tip = `${frame.name}${frame.place} ${(share * 100).toFixed(1)} % ${(frame.time / 1000).toFixed(1)} ms`;
  const box = `x="${left.toFixed(1)}" y="${top}" width="${Math.max(0.5, wide - 0.5).toFixed(1)}"`;
  return `<g><title>${escaped(tip)}</title><rect ${box} height="${rowHeight - 1}" fill="${colour(frame)}"/>${text}</g>`;
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">
<title>${escaped(title || 'Flame graph')}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${margin}" y="${margin + 12}" font-size="13">${escaped(heading)}</text>
${shapes.join('\n')}
</svg>
`);
