/**
 * `npm run matrix -- [--quick] [--only PATTERN] [--versions V,V] [--columns C,C] [--chance N] [--missing] [--wrong]
 * [--jobs N] [--minutes N] [--journals FOLDER] [--results FILE] [--document]`: every situation on every version in
 * every column, or a part of it. Linux only.
 *
 * Each cell's result is appended to the results (default: .cache/matrix.jsonl) at once; the summary docs/matrix.md is
 * written from them with --document, and after that nothing is played. --chance draws so many further versions from the
 * package registry (default: two in a run of everything). PATTERN is a regular expression on
 * `version/situation/column`;
 * --missing leaves out what has a result, --wrong what was right; --minutes begins no cell later than that.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../../src/platform/own-files.ts';
import { readJournalFile } from '../../../src/records/journal-reader.ts';
import { applies, type Cell, nameOf, wasPlayed } from './cell.ts';
import { type Column, columnNames } from './columns.ts';
import { documentOf } from './document.ts';
import { drawVersions } from './drawn-versions.ts';
import { runCell } from './play.ts';
import { quickCells } from './quick.ts';
import { appendResult, readResults } from './results.ts';
import { scrubJournal } from './scrub.ts';
import { healthyHours } from './simulated-clock.ts';
import { situations } from './situations/index.ts';
import { versionNames } from './versions.ts';

const root = packageRoot();
const resultsPath = join(root, '.cache', 'matrix.jsonl');
const documentPath = join(root, 'docs', 'matrix.md');
const notesPath = join(root, 'test', 'rig', 'matrix', 'notes.md');
const healthyJournals = join(root, 'test', 'fixtures', 'journals', 'healthy');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    versions: { type: 'string' },
    columns: { type: 'string', default: columnNames.join(',') },
    chance: { type: 'string' },
    missing: { type: 'boolean', default: false },
    wrong: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    journals: { type: 'string' },
    minutes: { type: 'string', default: '100000' },
    document: { type: 'boolean', default: false },
    results: { type: 'string', default: resultsPath },
  },
});

const all = !values.quick && !values.missing && !values.wrong && values.only === '' && !values.versions;

/** Chosen, drawn, and those that have a result where a run is continued. */
function versions(): readonly string[] {
  const drawn = values.document ? [] : drawVersions(Number(values.chance ?? (all ? 2 : 0)));
  if (drawn.length > 0) process.stdout.write(`versions drawn from the registry: ${drawn.join(', ')}\n`);
  if (values.versions !== undefined) return [...values.versions.split(','), ...drawn];
  const known = values.missing || values.wrong ? [...readResults(values.results).values()] : [];
  return [...new Set([...versionNames, ...known.map(({ version }) => version), ...drawn])];
}

function wanted(): readonly Cell[] {
  const known = new Map([...readResults(values.results)].filter(([, result]) => wasPlayed(result)));
  const pattern = new RegExp(values.only);
  const quick = new Set(quickCells.map(nameOf));
  const chosen = versions();
  const columns = values.columns.split(',') as readonly Column[];
  return Object.entries(situations).flatMap(([situation, row]) =>
    chosen.flatMap((version) =>
      columns
        .map((column): Cell => ({ version, situation, column }))
        .filter((cell) => applies(cell, row) && pattern.test(nameOf(cell)))
        .filter((cell) => !values.quick || quick.has(nameOf(cell)))
        .filter((cell) => !values.missing || !known.has(nameOf(cell)))
        .filter((cell) => !values.wrong || known.get(nameOf(cell))?.ok === false),
    ),
  );
}

function writeDocument(): void {
  const journals = readdirSync(healthyJournals).flatMap(
    (name) => readJournalFile(join(healthyJournals, name)) ?? [],
  );
  const { healthyMs, events, deeds } = healthyHours(journals);
  const simulated = {
    minutes: healthyMs / 60_000,
    events,
    journals: journals.length,
    deeds: deeds.length,
  };
  writeFileSync(
    documentPath,
    documentOf([...readResults(values.results).values()], simulated, readFileSync(notesPath, 'utf8')),
  );
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort()).once('SIGTERM', () => interrupted.abort());
const stopAt = Date.now() + Number(values.minutes) * 60_000;
const queue = values.document ? [] : [...wanted()];
const total = queue.length;
let done = 0;
let wrong = 0;

async function work(): Promise<void> {
  for (let cell = queue.shift(); cell; cell = queue.shift()) {
    if (interrupted.signal.aborted || Date.now() > stopAt) return;
    const name = nameOf(cell);
    const startedAt = Date.now();
    const result = await runCell(cell, interrupted.signal, (files) => {
      if (values.journals === undefined) return;
      mkdirSync(values.journals, { recursive: true });
      for (const [index, { path }] of files.entries())
        writeFileSync(
          join(values.journals, `${name.replaceAll('/', '_')}${index === 0 ? '' : `.${index}`}.jsonl`),
          scrubJournal(readFileSync(path, 'utf8')),
        );
    });
    if (interrupted.signal.aborted) return;
    appendResult(values.results, result);
    done += 1;
    if (!result.ok) wrong += 1;
    const seconds = (ms: number | null) => (ms === null ? '–' : `${(ms / 1000).toFixed(1)} s`);
    process.stdout.write(
      `${result.ok ? '✓' : '✗'} ${String(done).padStart(3)}/${total} ${name.padEnd(48)} ` +
        `${result.classes.join('+') || '–'} · ${result.actions.join(' → ') || '–'} · ` +
        `found ${seconds(result.detect_ms)} · back ${seconds(result.recover_ms)} · took ${seconds(Date.now() - startedAt)}\n` +
        (result.problem === null ? '' : `      ${result.problem}\n`) +
        (result.record_problem === null ? '' : `      its record: ${result.record_problem}\n`),
    );
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));
process.stdout.write(`${done} of ${total} cells, ${wrong} wrong\n`);
if (values.document) writeDocument();
process.exitCode = wrong > 0 ? 1 : 0;
