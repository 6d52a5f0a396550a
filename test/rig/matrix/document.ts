/** docs/matrix.md from the results: a summary. Pure: text out of data. */
import { applies, type Cell, type CellResult, nameOf, wasPlayed } from './cell.ts';
import { type Column, columnNames, columns } from './columns.ts';
import { rightFor } from './judge.ts';
import type { Group } from './situation.ts';
import { situations } from './situations/index.ts';
import { limits, scale } from './timing.ts';
import { byVersion } from './version-range.ts';
import { versionNames } from './versions.ts';

/** What the simulated clock adds (`simulated-clock.ts`). */
export interface Simulated {
  readonly minutes: number;
  readonly events: number;
  readonly journals: number;
  readonly deeds: number;
}

type Results = readonly CellResult[];

const groups: Readonly<Record<Group, string>> = {
  healthy: 'Healthy: not a finger is lifted',
  silent: 'Silent faults: nobody tells the agent',
  loud: 'Loud faults: the agent is told',
  process: 'The process itself',
  sequence: 'Together, in a row, at the same moment',
};

const chosen: readonly string[] = versionNames;
const right = (results: Results) => results.filter(({ ok }) => ok).length;
const share = (results: Results) => (results.length === 0 ? '–' : `${right(results)} of ${results.length}`);
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');

/** `0.7`, or `0.7–1.2` */
function span(values: readonly (number | null)[]): string {
  const known = values.filter((value) => value !== null).map((ms) => (ms / 1000).toFixed(1));
  const sorted = known.sort((a, b) => Number(a) - Number(b));
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least === undefined) return '–';
  return least === most ? least : `${least}–${most}`;
}

const times = (count: number, what: string) => (count > 1 ? `${what} ×${count}` : what);
/** `cut ×2, nudge` */
function cures(actions: readonly string[]): string {
  const runs: { readonly action: string; count: number }[] = [];
  for (const action of actions) {
    const last = runs.at(-1);
    if (last?.action === action) last.count += 1;
    else runs.push({ action, count: 1 });
  }
  return runs.map(({ action, count }) => times(count, action)).join(', ');
}

/** What was done, the most frequent first: `dead-stream → cut (6), – (1)`. */
function deeds(results: Results): string {
  const counts = new Map<string, number>();
  for (const { classes, actions } of results) {
    const text = classes.length === 0 ? '–' : `${classes.join(', ')} → ${cures(actions) || '–'}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([text, count]) => (sorted.length === 1 ? text : `${text} (${count})`)).join('; ') || '–';
}

function groupTable(group: Group, results: Results): string {
  const rows = Object.entries(situations).filter(([, row]) => row.group === group);
  const timed = group !== 'healthy';
  return tableOf(
    ['what happens', '`all`', ...(timed ? ['what the guard did', 'found', 'over'] : []), 'other columns'],
    rows.map(([name, row]) => {
      const of = results.filter(({ situation }) => situation === name);
      const all = of.filter(({ column }) => column === 'all');
      return [
        `\`${name}\`: ${row.what}`,
        share(all),
        ...(timed
          ? [
              deeds(all),
              span(all.map(({ detect_ms }) => detect_ms)),
              span(all.map(({ recover_ms }) => recover_ms)),
            ]
          : []),
        share(of.filter(({ column }) => column !== 'all')),
      ];
    }),
  );
}

const versionsIn = (results: Results) =>
  [...new Set([...chosen, ...results.map(({ version }) => version)])].sort(byVersion).reverse();

function cellsOf(version: string, column: Column): readonly Cell[] {
  return Object.entries(situations)
    .map(([situation, row]) => ({ cell: { version, situation, column }, row }))
    .filter(({ cell, row }) => applies(cell, row))
    .map(({ cell }) => cell);
}

function versionTable(results: Results): string {
  const rows = versionsIn(results).map((version) => [
    chosen.includes(version) ? version : `${version} (drawn by chance)`,
    ...columnNames.map((column) => {
      const played = results.filter((result) => result.version === version && result.column === column);
      return `${share(played)}${played.length > 0 ? ` (${cellsOf(version, column).length})` : ''}`;
    }),
  ]);
  return tableOf(['version', ...columnNames], rows);
}

function figures(results: Results, simulated: Simulated): string {
  const cells = versionsIn(results).flatMap((version) =>
    columnNames.flatMap((column) => cellsOf(version, column)),
  );
  const played = results.flatMap((result) => {
    const row = situations[result.situation];
    return row ? [{ result, row, right: rightFor(row, result.version, columns[result.column].senses) }] : [];
  });
  const healthy = played.filter(({ row }) => row.group === 'healthy').map(({ result }) => result);
  const sick = played.filter(({ row }) => row.group !== 'healthy');
  const toFinish = sick.filter(({ right: { ends } }) => ends === 'turn');
  const touches = (some: Results) => String(some.reduce((sum, { false_touches }) => sum + false_touches, 0));
  const dates = results.map(({ date }) => date.slice(0, 10)).sort();
  const period = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  const minutes = healthy.reduce((sum, { healthy_ms }) => sum + healthy_ms, 0) / 60_000;
  const rows: readonly (readonly [string, string])[] = [
    [
      'cells',
      `${results.length} played of ${cells.length} (${Math.round((100 * results.length) / cells.length)} %); ${right(results)} right`,
    ],
    [
      'played',
      `${period}, guarded-claude ${[...new Set(results.map((one) => one.guard_version))].join(', ')}`,
    ],
    ['turns', String(results.reduce((sum, { turns }) => sum + turns, 0))],
    ['healthy, in real time', `${minutes.toFixed(0)} agent-minutes in ${healthy.length} cells`],
    ['wrong touches there', touches(healthy)],
    [
      'cells there in whose record the guard does something',
      String(healthy.filter(({ record_problem }) => record_problem !== null).length),
    ],
    [
      'healthy, on a simulated clock',
      `${Math.round(simulated.minutes)} agent-minutes at the default limits (${simulated.events} events from ${simulated.journals} recorded sessions)`,
    ],
    ['wrong touches there', String(simulated.deeds)],
    [
      'turns with a fault that must come to their end',
      `${toFinish.filter(({ result }) => result.recover_ms !== null).length} of ${toFinish.length}`,
    ],
    ['touches harder than right, beside faults', touches(sick.map(({ result }) => result))],
  ];
  return tableOf(['', ''], rows);
}

const listOf = (items: readonly string[]) =>
  items.length === 0 ? 'None.' : items.map((item) => `* ${item}`).join('\n');
const firstLine = (text: string) => (text.split('\n')[0] ?? '').replace('; screen:', '');

const exceptionsText = () =>
  listOf(
    Object.entries(situations).flatMap(([name, row]) =>
      (row.exceptions ?? []).map(({ versions, senses, why }) => {
        const range = [
          versions?.from === undefined ? [] : [`from ${versions.from}`],
          versions?.before === undefined ? [] : [`before ${versions.before}`],
          senses ?? [],
        ].flat();
        return `\`${name}\` (${range.join(', ') || 'everywhere'}): ${why}`;
      }),
    ),
  );

/** @param notes by hand, what the figures mean */
export function documentOf(results: Results, simulated: Simulated, notes: string): string {
  const known = results
    .filter((result) => situations[result.situation] !== undefined && wasPlayed(result))
    .sort((a, b) => byVersion(b.version, a.version) || nameOf(a).localeCompare(nameOf(b)));
  const drawn = versionsIn(known).filter((version) => !chosen.includes(version));
  const wrong = known.filter(({ ok }) => !ok);
  const otherwise = known.filter(({ ok, record_problem }) => ok && record_problem !== null);
  return `# The matrix: what happens to an agent, and what the guard does

A summary, made by \`npm run matrix -- --document\` from the results of runs of \`npm run matrix\` (all of it takes hours;
\`--missing --minutes 10\` goes on where the last run stopped, \`--only PATTERN\` plays a part). Do not edit.

Each cell is the real Claude Code under the real guard in a throw-away home, in a session of up to three turns: a
healthy one (in two of three cells), the one in which something is brought about, and one after it, which must work, too.
The simulated API is what the vendor's host is to people: TLS on its own name, behind their proxy, with the agent's
telemetry and helpers, which are refused, slow or hanging, with a \`git\` helper that answers, fails or hangs, and with
answers split anywhere on the wire; all of it is drawn by the cell's name. Every limit on somebody else's silence is a
tenth of its default (factor ${scale}: ${limits.streamMs / 1000} s in mid-response, ${limits.firstByteMs / 1000} s for a first byte), so that a wrong judge would act within seconds;
only the limit for a frozen screen is ${limits.frozenUiMs / 1000} s, because an agent draws no faster for our sake.

What is right in a cell is data beside each situation (\`test/rig/matrix/situations/\`). It is judged by what the world saw
alone: answers that were broken off, words that were typed, processes that came and went or were left behind, turns that
ended. What the guard's own record says is shown beside, and where it tells another story that is listed. A cell
shows its last run: one that came out wrong led to a fix and was played again; the others were not all played again.

## Figures

${figures(known, simulated)}

Right of played, in brackets the cells that there are. Versions that nobody has chosen are drawn from the package
registry's list at each full run: ${drawn.join(', ') || 'none in this one'}.

${versionTable(known)}

${columnNames.map((column) => `* **${column}**: ${columns[column].what}`).join('\n')}

${notes.trim()}

${Object.entries(groups)
  .map(([group, title]) => `## ${title}\n\n${groupTable(group as Group, known)}`)
  .join('\n\n')}

\`all\`: right of played, over the versions. What the guard did, with the number of versions where they differ; seconds from the
beginning of the trouble to its finding (by the guard's record) and to the end of the turn (as the world saw it).

## Wrong cells

${listOf(wrong.map((result) => `\`${nameOf(result)}\`: ${firstLine(result.problem ?? '')}`))}

## Where the guard's record tells another story

The world was as it should be, but the record names another class than expected, or an end that was none.

${listOf(otherwise.map((result) => `\`${nameOf(result)}\`: ${firstLine(result.record_problem ?? '')}`))}

## Where something else is right

${exceptionsText()}
`;
}
