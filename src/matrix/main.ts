/**
 * `npm run matrix -- [--quick] [--only PATTERN] [--versions V,V] [--senses S,S] [--missing] [--wrong] [--jobs N]
 * [--minutes N] [--journals FOLDER] [--results FILE] [--document]`: every situation on every version with every set of
 * senses, or a part of it.
 *
 * Each cell's result is appended to docs/matrix.jsonl at once; the table docs/matrix.md is made from it at the end, or
 * alone with --document. PATTERN is a regular expression on `version/situation/senses`; --missing leaves out what has
 * a result, --wrong what was right; --minutes begins no cell later than that.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readJournalFile } from '../report/journal-reader.ts';
import { applies, type Cell, nameOf, runCell } from './cell.ts';
import { documentOf } from './document.ts';
import { quickCells } from './quick.ts';
import { appendResult, readResults, writeResults } from './results.ts';
import { scrubJournal } from './scrub.ts';
import { sensesNames } from './senses.ts';
import { healthyHours } from './simulated-clock.ts';
import { situations } from './situations/index.ts';
import { versionNames } from './versions.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const resultsPath = join(root, 'docs', 'matrix.jsonl');
const documentPath = join(root, 'docs', 'matrix.md');
const healthyJournals = join(root, 'test', 'fixtures', 'journals', 'healthy');

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    versions: { type: 'string', default: versionNames.join(',') },
    senses: { type: 'string', default: sensesNames.join(',') },
    missing: { type: 'boolean', default: false },
    wrong: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
    journals: { type: 'string' },
    minutes: { type: 'string', default: '100000' },
    document: { type: 'boolean', default: false },
    results: { type: 'string', default: resultsPath },
  },
});

function wanted(): readonly Cell[] {
  const known = readResults(values.results);
  const pattern = new RegExp(values.only);
  const quick = new Set(quickCells.map(nameOf));
  return Object.entries(situations).flatMap(([situation, row]) =>
    versionNames
      .filter((version) => values.versions.split(',').includes(version))
      .flatMap((version) =>
        sensesNames
          .filter((column) => values.senses.split(',').includes(column))
          .map((column): Cell => ({ version, situation, senses: column }))
          .filter((cell) => applies(cell, row) && pattern.test(nameOf(cell)))
          .filter((cell) => !values.quick || quick.has(nameOf(cell)))
          .filter((cell) => !values.missing || !known.has(nameOf(cell)))
          .filter((cell) => !values.wrong || known.get(nameOf(cell))?.ok === false),
      ),
  );
}

function writeDocument(): void {
  const results = readResults(values.results);
  writeResults(
    values.results,
    [...results.values()].sort((a, b) => nameOf(a).localeCompare(nameOf(b))),
  );
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
  writeFileSync(documentPath, documentOf(results, simulated));
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
        (result.problem === null ? '' : `      ${result.problem}\n`),
    );
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, work));
process.stdout.write(`${done} of ${total} cells, ${wrong} wrong\n`);
if (values.results === resultsPath) writeDocument();
process.exitCode = wrong > 0 ? 1 : 0;
