/** Large conversations are handled in a thread of their own, which needs the built files. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  claudeCodeRepairer,
  examineHere,
} from '../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { summarizeHere } from '../../../../src/agents/claude-code/transcript/summary.ts';
import { type RepairOptions, type RepairOutcome, repairFile } from '../../../../src/agents/common/repair.ts';
import { repository } from '../../../support/places.ts';
import { recordsOf, textOf, toText, withFile } from './transcripts.ts';

const dist = join(repository, 'dist', 'modules', 'src');
const bench = join(repository, 'scripts', 'bench-repair.js');
const options: RepairOptions = {
  now: Date.parse('2026-11-29T00:00:00Z'),
  reconnect: false,
  byHand: true,
  version: null,
  resultTexts: new Map([['toolu_011395411', 'nobody knows']]),
  dryRun: false,
  thorough: false,
};
/** 5 MB that are not part of the conversation. */
const padding = toText(
  Array.from({ length: 5 }, () => ({ type: 'mode', mode: 'normal', pad: 'x'.repeat(1024 * 1024) })),
);

/** Runs `code` in a process of its own that has loaded the built files; it ends by `tell(value)`. */
function run<Told>(code: string, args: readonly string[], built = dist): Told {
  const module = (name: string) => JSON.stringify(join(built, name));
  const head = `
    import { writeFileSync } from 'node:fs';
    import { claudeCodeRepairer as repairer } from ${module('agents/claude-code/transcript/repair/repair.js')};
    import { summarizeTranscript } from ${module('agents/claude-code/transcript/summary.js')};
    import { repairFile } from ${module('agents/common/repair.js')};
    const options = { ...${JSON.stringify(options)}, resultTexts: new Map(${JSON.stringify([...options.resultTexts])}) };
    const [path, other] = process.argv.slice(1);
    const tell = (value) => console.log(JSON.stringify({ value, failures: [repairer.takeFailure(), repairer.takeFailure()] }));`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', head + code, ...args],
    { encoding: 'utf8' },
  );
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as Told;
}

interface Told<Value> {
  readonly value: Value;
  /** Told the first time it is asked for, and the second. */
  readonly failures: readonly [string | null, string | null];
}
const repair = 'tell(await repairFile(path, repairer, options));';

/** A repair makes up new ids each time. */
function withoutChance(text: string): string {
  const known = new Map<string, string>();
  return text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => {
    known.set(id, known.get(id) ?? `id ${known.size}`);
    return known.get(id) ?? id;
  });
}
const factsOf = ({ result, findings, before, after }: RepairOutcome) => ({ result, findings, before, after });

const source = textOf('329-exec-killed');
const damages: readonly [string, string][] = [
  ['an open call', source],
  ['half a line at the end', `${textOf('197-parallel')}{"parentUuid":"x","type":"us`],
  ['garbage in the middle', textOf('56-resumed-twice').replace('\n', '\n}}{{ x\n')],
  ['lines twice', toText(recordsOf(textOf('42-parallel')).flatMap((record) => [record, record]))],
  ['a record lost', toText(recordsOf(textOf('197-parallel')).toSpliced(4, 1))],
  ['nothing', textOf('329-idle-killed')],
];

test.each(damages)('%s: repaired in a thread as without one', async (_title, damaged) => {
  const content = padding + damaged;
  const without = await withFile(content, async (path) => {
    const outcome = await repairFile(path, { ...claudeCodeRepairer, examine: examineHere }, options);
    return { facts: factsOf(outcome), text: withoutChance(readFileSync(path, 'utf8')) };
  });
  await withFile(content, async (path) => {
    const { value, failures } = run<Told<RepairOutcome>>(repair, [path]);
    expect(failures).toEqual([null, null]);
    expect(factsOf(value)).toEqual(without.facts);
    expect(withoutChance(readFileSync(path, 'utf8')) === without.text).toBe(true);
  });
});

test('everything that a relaunch asks before and after: the same answers', async () => {
  await withFile(padding + source, async (path) => {
    const summary = await summarizeHere(path);
    const code = `
      const { settled, ...summary } = await summarizeTranscript(path);
      tell({ ...summary, settled: [...settled] });`;
    const { value, failures } = run<Told<object>>(code, [path]);
    expect(failures).toEqual([null, null]);
    expect(value).toEqual(JSON.parse(JSON.stringify({ ...summary, settled: [...summary.settled] })));
  });
});

test('an error in the thread is passed on as it is', async () => {
  await withFile(padding + source, async (path) => {
    const code = `
      const seen = await repairer.examine(path, options);
      tell(await seen.mend(other).catch(({ message, code }) => ({ message, code })));`;
    const target = join(dirname(path), 'none', 'copy');
    const { value, failures } = run<Told<object>>(code, [path, target]);
    expect(failures).toEqual([null, null]);
    expect(value).toEqual({ message: `ENOENT: no such file or directory, open '${target}'`, code: 'ENOENT' });
    expect(readFileSync(path, 'utf8') === padding + source).toBe(true);
  });
});

test('files that were replaced since the start are not mixed with loaded ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-upgraded-'));
  try {
    cpSync(join(repository, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(repository, 'package.json'), join(folder, 'package.json'));
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const thread = join(folder, 'dist', 'transcript-thread.js');
    await withFile(padding + source, async (path) => {
      const code = `writeFileSync(other, 'the next version'); ${repair}`;
      const { value, failures } = run<Told<RepairOutcome>>(
        code,
        [path, thread],
        join(folder, 'dist', 'modules', 'src'),
      );
      expect(value.result).toBe('repaired');
      expect(failures).toEqual([
        'a large conversation was read without a thread of its own: the guard’s files were replaced',
        null,
      ]);
    });
    writeFileSync(thread, 'throw new Error("cannot be loaded");');
    await withFile(padding + source, async (path) => {
      const { value, failures } = run<Told<RepairOutcome>>(
        repair,
        [path],
        join(folder, 'dist', 'modules', 'src'),
      );
      expect(value.result).toBe('repaired');
      expect(failures).toEqual([
        'a large conversation was read without a thread of its own: cannot be loaded',
        null,
      ]);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the loop is hardly busy while 60 MB are repaired', () => {
  const { stdout } = spawnSync(process.execPath, [bench, '60'], { encoding: 'utf8' });
  const told = JSON.parse(stdout) as { readonly loop_at_work: number };
  expect(told).toMatchObject({ result: 'repaired', without_thread: null });
  expect(told.loop_at_work).toBeLessThan(0.5); // with no thread: 0.9
}, 120_000);
