/**
 * `npm run sdk -- [--only PATTERN] [--versions V,V] [--missing] [--wrong] [--aborts] [--minutes N] [--results FILE]
 * [--document]`: the real Agent SDK with the real agent, alone and under the guard, in every trouble and phase. Linux
 * only.
 *
 * Plays one cell after the other. Each result is appended to the results (default: .cache/sdk.jsonl) at once.
 * --document plays nothing and writes docs/sdk.md from them. PATTERN is a regular expression on
 * `version/phase/trouble/guarded|alone`;
 * --missing leaves out what has a result, --wrong what was right. --aborts measures instead what an abort takes, in each
 * phase; its results are appended to a file of their own (….aborts.jsonl).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../src/platform/own-files.ts';
import { appendJsonLine, readJsonLines } from '../json-lines.ts';
import { type AbortResult, playAbort } from './abort.ts';
import { type Cell, type CellResult, faultsOf, nameOf } from './cell.ts';
import { documentOf } from './document.ts';
import { phaseNames } from './phases.ts';
import { playCell } from './play.ts';
import { troubleNames } from './troubles.ts';

const root = packageRoot();

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    versions: { type: 'string', default: '2.1.332,2.1.126' },
    missing: { type: 'boolean', default: false },
    wrong: { type: 'boolean', default: false },
    aborts: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '100000' },
    results: { type: 'string', default: join(root, '.cache', 'sdk.jsonl') },
    document: { type: 'boolean', default: false },
  },
});

const versions = values.versions.split(',');
const abortsPath = values.results.replace(/(\.jsonl)?$/, '.aborts.jsonl');
/** The last one of a cell holds. */
const known = () =>
  new Map(readJsonLines<CellResult>(values.results).map((result) => [nameOf(result), result]));

function wanted(): readonly Cell[] {
  const before = known();
  const pattern = new RegExp(values.only);
  const isWrong = (result: CellResult | undefined) => result !== undefined && faultsOf(result).length > 0;
  return versions
    .flatMap((version) => phaseNames.map((phase) => ({ version, phase })))
    .flatMap((cell) => troubleNames.map((trouble) => ({ ...cell, trouble })))
    .flatMap((cell) => [false, true].map((guarded): Cell => ({ ...cell, guarded })))
    .filter((cell) => pattern.test(nameOf(cell)))
    .filter((cell) => !values.missing || !before.has(nameOf(cell)))
    .filter((cell) => !values.wrong || isWrong(before.get(nameOf(cell))));
}

async function measureAborts(): Promise<void> {
  const pattern = new RegExp(values.only);
  for (const version of versions)
    for (const phase of phaseNames)
      for (const guarded of [false, true]) {
        if (!pattern.test(`${version}/${phase}/aborted/${guarded ? 'guarded' : 'alone'}`)) continue;
        const result = await playAbort({ version, phase, guarded });
        appendJsonLine(abortsPath, result);
        process.stdout.write(`${JSON.stringify(result)}\n`);
      }
}

const stopAt = Date.now() + Number(values.minutes) * 60_000;
let wrong = 0;
if (values.aborts) await measureAborts();
for (const cell of values.document || values.aborts ? [] : wanted()) {
  if (Date.now() > stopAt) break;
  const name = nameOf(cell).padEnd(46);
  const startedAt = Date.now();
  const took = () => `took ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`;
  try {
    const result = await playCell(cell);
    appendJsonLine(values.results, result);
    const faults = faultsOf(result);
    if (cell.guarded && faults.length > 0) wrong += 1;
    const back = result.backMs === null ? '–' : `${(result.backMs / 1_000).toFixed(1)} s`;
    process.stdout.write(
      `${faults.length === 0 ? '✓' : '✗'} ${name} back ${back} · ${took()} ${faults.join('; ')}\n`,
    );
  } catch (error) {
    wrong += 1;
    const what = error instanceof Error ? error.message : String(error);
    process.stdout.write(`✗ ${name} not played: ${what} · ${took()}\n`);
  }
}
if (values.document)
  writeFileSync(
    join(root, 'docs', 'sdk.md'),
    documentOf([...known().values()], readJsonLines<AbortResult>(abortsPath), versions),
  );
process.exit(wrong > 0 ? 1 : 0); // an agent that was stopped for good may hold a host of ours
