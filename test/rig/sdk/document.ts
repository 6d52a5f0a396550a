/** The table as Markdown, and with what it was played. */
import { cpus } from 'node:os';
import { limits } from '../matrix/timing.ts';
import type { AbortResult } from './abort.ts';
import { type CellResult, faultsOf } from './cell.ts';
import { sdkVersion } from './host.ts';
import { phaseNames, phases } from './phases.ts';
import { patience } from './play.ts';
import { troubleNames, troubles } from './troubles.ts';

const inSeconds = (ms: number) => `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;

function cellText(result: CellResult | undefined): string {
  if (result === undefined) return 'not played';
  const faults = faultsOf(result);
  if (faults.length > 0) return faults.join('; ').replaceAll('|', '/').replaceAll('\n', ' ');
  return `goes on: ${result.backMs === null ? '–' : inSeconds(result.backMs)}`;
}

function table(results: readonly CellResult[], versions: readonly string[]): string {
  const columns = versions.flatMap((version) => [false, true].map((guarded) => ({ version, guarded })));
  const head = [
    '',
    '',
    ...columns.map(({ version, guarded }) => `${version} ${guarded ? 'guarded' : 'alone'}`),
  ];
  const rows = phaseNames.flatMap((phase) =>
    troubleNames.map((trouble) => [
      phase,
      trouble,
      ...columns.map(({ version, guarded }) =>
        cellText(
          results.find(
            (one) =>
              one.version === version &&
              one.guarded === guarded &&
              one.phase === phase &&
              one.trouble === trouble,
          ),
        ),
      ),
    ]),
  );
  return [head, head.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function abortTable(aborts: readonly AbortResult[], versions: readonly string[]): string {
  const columns = versions.flatMap((version) => [false, true].map((guarded) => ({ version, guarded })));
  const text = (result: AbortResult | undefined) => {
    if (result === undefined) return 'not played';
    const { endedMs, goneMs, left } = result;
    const shown = (ms: number | null) => (ms === null ? 'never' : inSeconds(ms));
    return `${shown(endedMs)}, ${shown(goneMs)}${left > 0 ? `, ${left} processes left` : ''}`;
  };
  const head = ['', ...columns.map(({ version, guarded }) => `${version} ${guarded ? 'guarded' : 'alone'}`)];
  const rows = phaseNames.map((phase) => [
    phase,
    ...columns.map(({ version, guarded }) =>
      text(
        aborts.findLast((one) => one.version === version && one.guarded === guarded && one.phase === phase),
      ),
    ),
  ]);
  return [head, head.map(() => '---'), ...rows].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function figures(results: readonly CellResult[]): string {
  const of = (guarded: boolean) => {
    const some = results.filter((result) => result.guarded === guarded);
    return `${some.filter((result) => faultsOf(result).length === 0).length} of ${some.length}`;
  };
  const loads = results.map(({ load }) => load);
  const days = results.map(({ date }) => date.slice(0, 10)).toSorted();
  return (
    `The host goes on in ${of(true)} cells with the guard, and in ${of(false)} without it. Played until ${days.at(-1) ?? '–'},\n` +
    `one cell at a time, on ${cpus().length} cores under a load of ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)} (average of a minute), other work beside it.`
  );
}

const list = (rows: Readonly<Record<string, { readonly what: string }>>) =>
  Object.entries(rows)
    .map(([name, { what }]) => `* **${name}**: ${what}`)
    .join('\n');

export function documentOf(
  all: readonly CellResult[],
  aborts: readonly AbortResult[],
  versions: readonly string[],
): string {
  const results = all.filter(({ version }) => versions.includes(version));
  return `# Under the Agent SDK

What a host of the Agent SDK (${sdkVersion}) sees when something happens to its agent: the real SDK with the real Claude Code,
with \`spawnGuarded\` and without it, against the simulated API at the vendor's own address. \`npm run sdk\` plays all of it
and \`npm run sdk -- --document\` writes this file; do not edit. A few of the cells are played by every \`npm test\`.

A cell is right when the host notices nothing: \`for await\` ends by itself, with one result for each prompt and none that
is an error, one beginning for each, one session id, and the command of the turn has not run twice. A cell shows its last run. \`goes on\`: seconds from
the beginning of the trouble to the last result, the trouble's own time and that of the turn included. After the trouble a
host with the guard waits ${patience.guardedMs / 1_000} s. The guard's limits are a tenth of its defaults here (${limits.streamMs / 1_000} s in mid-response, ${limits.firstByteMs / 1_000} s for a
first byte). Those of the agent are its own, minutes long, so a host without the guard waits only ${patience.aloneMs / 1_000} s. There \`no result\`
means never for an agent that is stopped, and not yet for a stream that dies: [recovery times](recovery-times.md) has
what the agent does about that in the end. An outage of some seconds is survived by the agent itself, too.

${figures(results)}

${table(results, versions)}

${list(phases)}

${list(troubles)}

## Abort

The host aborts its query: seconds until \`for await\` has ended, and until the agent (and the guard) is gone. The SDK ends
the agent's input, and two seconds later tells it to end; so does \`spawnGuarded\`. \`npm run sdk -- --aborts\` measures it.

${abortTable(aborts, versions)}
`;
}
