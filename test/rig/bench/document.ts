/** The table as Markdown, and with what it was measured. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { isMet, median, type Row, ratioOf } from './rows.ts';

const number = (value: number) => (Number.isFinite(value) ? value.toFixed(value < 10 ? 2 : 0) : '–');

function aimOf({ aim, unit }: Row): string {
  if (aim === null) return '';
  const bound = 'most' in aim ? `≤ ${aim.most}` : `≥ ${aim.least}`;
  return aim.of === 'ratio' ? `${bound} ×` : `${bound} ${unit}`;
}

function cells(row: Row, names: readonly string[]): readonly string[] {
  const values = names.map((name) => number(median(row.values.get(name) ?? [])));
  const met = isMet(row);
  return [
    `${row.name} (${row.unit})`,
    ...values,
    row.yardstick ?? '',
    number(ratioOf(row)),
    aimOf(row),
    met === null ? '' : met ? 'met' : 'missed',
  ];
}

export function tableOf(rows: readonly Row[]): string {
  const names = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  const head = ['', ...names, 'yardstick', 'guard by yardstick', 'aim', ''];
  const lines = [head, head.map(() => '---'), ...rows.map((row) => cells(row, names))];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export interface Conditions {
  readonly rounds: number;
  /** Load average of the minute before the measurement. */
  readonly loadBefore: number;
}

const introduction = `# Benchmarks

\`npm run bench [ROUNDS]\` measures all of this in one run and writes the section of its node's major version; the sections
of other versions stay as they were. The agent is a script of ten lines, seen from outside through a pseudo-terminal.
Contenders take turns within a round, ratios are taken within a round, and what is shown is the median of the rounds: a
busy machine disturbs all alike, but what is measured on one is not worth much.

\`bare node-pty\` is a pass-through of ten lines as everybody would write it, \`ten lines\` a CONNECT proxy of as many, and
\`direct\` the agent in the outer terminal itself. \`node -e 0, agent\` runs node for nothing and then the agent: what a call
costs at least that is handed on by a program in node. tmux is missing because it repaints instead of passing bytes on.

Whole sessions run the simulated agent and API, as in a drill. \`bare node-pty\` runs the same sessions without a guard. So
the 32 busy sessions show what the load itself takes, of a thousand ms/s for each processor. After a cut by the guard, the
time to the agent's next request stands beside that after a reset by the API itself.

Where an aim is missed, profiles say why:

* First byte: nearly half of the time is node's own start and its built-in modules. The rest has no piece of its own weight.
  It does not count beside an agent that takes as long to boot as a real one.
* A call that is handed on: node 20 cannot become the agent, so it starts it and stays. That takes \`node:child_process\`.
* Busy: half of it is system calls, for what the tunnel and the terminal pass on. Nothing else stands out.
* 32 busy sessions: sessions and agents together keep two slower processors full, and the echo waits its turn. It does so
  beside bare ones, too.
* Repair: a third is reading, of which a third is \`JSON.parse\`; a third is planning, twice, because a plan is proven on its
  own result; a quarter is the collection of garbage that keeps the memory small.
* \`guardctl sessions\`: two thirds are one file per run, to be opened, read and parsed.
`;

function sectionOf(rows: readonly Row[], { rounds, loadBefore }: Conditions): string {
  const [cpu] = cpus();
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  const machine = `Linux ${release()}, ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${gib} GiB`;
  return `Commit ${commit}, ${new Date().toISOString().slice(0, 10)}, ${rounds} rounds. node ${process.versions.node}, ${machine}; load
average ${loadBefore.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after.

${tableOf(rows)}
`;
}

/** @param before the document as it was, with the sections of other versions of node */
export const documentOf = (rows: readonly Row[], conditions: Conditions, before: string): string =>
  [introduction, ...withSection(before, process.versions.node, sectionOf(rows, conditions))].join('\n');

/** The sections of a document, the oldest node's first. The one of this node's major version is new. */
export function withSection(before: string, node: string, section: string): readonly string[] {
  const mark = '## node ';
  const major = Number.parseInt(node, 10);
  const others = before.split(new RegExp(`^${mark}(?=\\d)`, 'm')).slice(1);
  const sections = new Map(others.map((text) => [Number.parseInt(text, 10), text]));
  sections.set(major, `${major}\n\n${section}`);
  return [...sections].sort(([a], [b]) => a - b).map(([, text]) => `${mark}${text.trimEnd()}\n`);
}
