/** docs/matrix.md from the results. Pure: text out of data. */
import { applies, type Cell, type CellResult, nameOf } from './cell.ts';
import { rightFor } from './judge.ts';
import { type Senses, senses, sensesNames } from './senses.ts';
import type { Group, Situation } from './situation.ts';
import { situations } from './situations/index.ts';
import { limits, scale } from './timing.ts';
import { type Version, versionNames } from './versions.ts';

/** What the simulated clock adds (`simulated-clock.ts`). */
export interface Simulated {
  readonly minutes: number;
  readonly events: number;
  readonly journals: number;
  readonly deeds: number;
}

type Results = ReadonlyMap<string, CellResult>;

const groups: Readonly<Record<Group, string>> = {
  healthy: 'Healthy: not a finger is lifted',
  silent: 'Silent faults: nobody tells the agent',
  loud: 'Loud faults: the agent is told',
  process: 'The process itself',
  sequence: 'Together, in a row, at the same moment',
};

const seconds = (ms: number | null) => (ms === null ? '–' : (ms / 1000).toFixed(1));

/** `cut`, `cut ×2, nudge` */
function cures(actions: readonly string[]): string {
  const runs: { readonly action: string; times: number }[] = [];
  for (const action of actions) {
    const last = runs.at(-1);
    if (last?.action === action) last.times += 1;
    else runs.push({ action, times: 1 });
  }
  return runs.map(({ action, times }) => (times > 1 ? `${action} ×${times}` : action)).join(', ');
}

function cellText(cell: Cell, row: Situation, results: Results): string {
  if (!applies(cell, row)) return '';
  const result = results.get(nameOf(cell));
  if (!result) return 'not run';
  const mark = result.ok ? '✓' : '**✗**';
  if (result.classes.length === 0)
    return result.recover_ms === null ? mark : `${mark} – · ${seconds(result.recover_ms)}`;
  const what = `${result.classes.join(', ')} → ${cures(result.actions) || '–'}`;
  return `${mark} ${what} · ${seconds(result.detect_ms)} / ${seconds(result.recover_ms)}`;
}

function table(version: Version, group: Group, results: Results): string {
  const rows = Object.entries(situations).filter(([, row]) => row.group === group);
  const head = `| ${['what happens', ...sensesNames].join(' | ')} |\n|${'---|'.repeat(sensesNames.length + 1)}`;
  const lines = rows.map(([situation, row]) => {
    const cells = sensesNames.map((column) => cellText({ version, situation, senses: column }, row, results));
    return `| ${[`${situation}: ${row.what}`, ...cells].join(' | ')} |`;
  });
  return [head, ...lines].join('\n');
}

function allCells(): readonly { readonly cell: Cell; readonly row: Situation }[] {
  return Object.entries(situations).flatMap(([situation, row]) =>
    versionNames.flatMap((version) =>
      sensesNames
        .map((column) => ({ cell: { version, situation, senses: column }, row }))
        .filter(({ cell }) => applies(cell, row)),
    ),
  );
}

function figures(results: Results, simulated: Simulated): string {
  const cells = allCells();
  const run = cells.flatMap(({ cell, row }) => {
    const result = results.get(nameOf(cell));
    return result ? [{ cell, row, result }] : [];
  });
  const healthy = run.filter(({ row }) => row.group === 'healthy');
  const sick = run.filter(({ row }) => row.group !== 'healthy');
  const toFind = sick.filter(({ cell, row }) => rightFor(row, cell.version, cell.senses).finds.length > 0);
  const found = toFind.filter(({ result }) => result.classes.length > 0);
  const toFinish = sick.filter(({ cell, row }) => rightFor(row, cell.version, cell.senses).ends === 'turn');
  const finishedTurns = toFinish.filter(({ result }) => result.recover_ms !== null);
  const minutes = healthy.reduce((sum, { result }) => sum + result.healthy_ms, 0) / 60_000;
  const falseActions = (some: typeof run) => some.reduce((sum, { result }) => sum + result.false_actions, 0);
  const dates = run.map(({ result }) => result.date.slice(0, 10)).sort();
  const period = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  const rows: readonly (readonly [string, string])[] = [
    ['cells', `${run.length} run of ${cells.length}; ${run.filter(({ result }) => result.ok).length} right`],
    [
      'run',
      `${period}, guarded-claude ${[...new Set(run.map(({ result }) => result.guard_version))].join(', ')}`,
    ],
    ['healthy, in real time', `${minutes.toFixed(1)} agent-minutes in ${healthy.length} cells`],
    ['false actions there', String(falseActions(healthy))],
    [
      'healthy, on a simulated clock',
      `${Math.round(simulated.minutes)} agent-minutes at the default limits (${simulated.events} events from ${simulated.journals} recorded sessions)`,
    ],
    ['false actions there', String(simulated.deeds)],
    ['faults that must be noticed', `${found.length} noticed of ${toFind.length}`],
    ['turns that must come to their end', `${finishedTurns.length} of ${toFinish.length}`],
    ['actions stronger than right, beside faults', String(falseActions(sick))],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function wrongCells(results: Results): string {
  const wrong = allCells().flatMap(({ cell }) => {
    const result = results.get(nameOf(cell));
    return result && !result.ok ? [result] : [];
  });
  if (wrong.length === 0) return 'None.';
  return wrong
    .map(
      (result) =>
        `* \`${nameOf(result)}\`: ${(result.problem ?? '').split('\n')[0]?.replace('; screen:', '')}`,
    )
    .join('\n');
}

function exceptionsText(): string {
  const lines = Object.entries(situations).flatMap(([name, row]) =>
    (row.exceptions ?? []).map(({ versions, senses: columns, why }) => {
      const where = [...(versions ?? ['every version']), ...(columns ?? [])].join(', ');
      return `* \`${name}\` (${where}): ${why}`;
    }),
  );
  return lines.length === 0 ? 'None.' : lines.join('\n');
}

const columnText = (column: Senses) => `**${column}** (${senses[column].what})`;

export function documentOf(results: Results, simulated: Simulated): string {
  return `# The matrix: what happens to an agent, and what the guard does

Made by \`npm run matrix\` (all of it takes hours; \`npm run matrix -- --missing --minutes 10\` goes on where the last run
stopped, \`--only PATTERN\` plays a part, \`--document\` only writes this file from \`docs/matrix.jsonl\`). Do not edit.

Each cell is the real Claude Code under the real guard in a throw-away home, against a simulated API on loopback that
brings one thing about. Every limit on somebody else's silence is a tenth of its default (factor ${scale}: ${seconds(limits.streamMs)} s in
mid-response, ${seconds(limits.firstByteMs)} s for a first byte), so that a wrong judge would act within seconds; only the limit for a frozen
screen is ${seconds(limits.frozenUiMs)} s, because an agent draws no faster for our sake. What is right in a cell is written down as data
beside each situation (\`src/matrix/situations/\`). A cell shows its last run: one that came out wrong led to a mend and
was played again, and the others were not all played again after it.

## Figures

${figures(results, simulated)}

A cell reads: classes found → cures, then seconds to the finding / to the end of the turn, from the beginning of the
trouble. \`–\`: nothing was found, and nothing needed to be. Columns: ${sensesNames.map(columnText).join(', ')}.

${versionNames
  .map(
    (version) =>
      `## Claude Code ${version}\n\n${Object.entries(groups)
        .map(([group, title]) => `### ${title}\n\n${table(version, group as Group, results)}`)
        .join('\n\n')}`,
  )
  .join('\n\n')}

## Wrong cells

${wrongCells(results)}

## Cells in which something else is right

${exceptionsText()}

Empty cells cannot exist: 1.0.56 has no \`--settings\`, so the guard has no hooks there in any column and the column
hooks-off would be the first one again; commands in the background came after it.
`;
}
