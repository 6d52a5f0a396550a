/** What a repaired copy has in common with the original is not parsed again, but its index must be the same. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { indexTranscript } from '../../../../../src/agents/claude-code/transcript/index.ts';
import { rememberRows } from '../../../../../src/agents/claude-code/transcript/repair/as-read.ts';
import { indexCopy } from '../../../../../src/agents/claude-code/transcript/repair/index-copy.ts';
import { type Examined, planRepairs } from '../../../../../src/agents/claude-code/transcript/repair/plan.ts';
import { writeRepaired } from '../../../../../src/agents/claude-code/transcript/repair/rewrite.ts';
import type { Row } from '../../../../../src/agents/claude-code/transcript/row.ts';
import { chance } from '../../../../rig/chance.ts';
import { fixture } from '../../../../support/places.ts';
import { names, textOf, withFile } from '../transcripts.ts';

const told = (row: Row) => ({
  ...{ uuid: row.uuid, kind: row.kind, side: row.side, time: row.time, order: row.order },
  ...{ offset: row.offset, length: row.length, piece: row.piece, bare: row.bare, content: row.content },
  ...{ messageId: row.messageId, uses: row.uses, results: row.results, source: row.source },
  ...{ parent: row.parent?.uuid, link: row.link, before: row.before?.uuid, thinking: row.thinking },
  ...{ failure: row.failure, refused: row.refused, refusesThinking: row.refusesThinking },
});
const toldIndex = ({ rows, damages, namedEnd, newlineMissing }: Examined) => ({
  ...{ rows: rows.map(told), damages, newlineMissing },
  namedEnd: namedEnd && { uuid: namedEnd.row.uuid, offset: namedEnd.offset },
});

/** @returns both indexes of the copy, and the first one again after the copy was changed in what it had kept */
const repaired = (text: string, version: readonly [number, number, number] | null) =>
  withFile(text, async (path) => {
    const read = async () => {
      const index = await indexTranscript(path);
      const before = index.rows.map(told);
      const putBack = rememberRows(index.rows);
      const plan = await planRepairs(index, { now: 1.8e12, reconnect: true, byHand: true, version });
      return { index, before, putBack, plan };
    };
    const { index, before, putBack, plan } = await read();
    const target = `${path}.copy`;
    const kept = await writeRepaired(index, plan, target, () => 'lost');
    putBack();
    if (plan.removed.length > 0) return null;
    expect(index.rows.map(told)).toEqual(before);
    const whole = toldIndex(await indexTranscript(target));
    const quick = await indexCopy(index, kept, target);
    if (quick === null) expect(index.rows.map(told)).toEqual(before);
    const copy = readFileSync(target);
    const [range] = kept;
    if (range !== undefined) {
      const place = range.at + Math.floor(range.length / 2);
      copy[place] = (copy[place] ?? 0) ^ 1;
      writeFileSync(target, copy);
      const again = await read();
      again.putBack();
      expect(await indexCopy(again.index, kept, target)).toBeNull();
    }
    return { whole, quick: quick && toldIndex(quick) };
  });

const damaged = ['damaged', '.']
  .map((folder) => fixture('transcripts', folder))
  .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
  .filter((path) => path.endsWith('.jsonl'));

test.each([null, [2, 1, 38] as const])(
  'recorded conversations and their damages, for version %s',
  async (version) => {
    let quick = 0;
    for (const path of damaged) {
      const both = await repaired(readFileSync(path, 'utf8'), version);
      if (both === null || both.quick === null) continue;
      quick += 1;
      expect(both.quick).toEqual(both.whole);
    }
    expect(quick).toBeGreaterThan(damaged.length / 2);
  },
);

const harms: readonly ((lines: string[], at: number) => string[])[] = [
  (lines, at) => lines.toSpliced(at, 1),
  (lines, at) => lines.toSpliced(at, 0, '}} torn'),
  (lines, at) => lines.toSpliced(at, 2, (lines[at] ?? '') + (lines[at + 1] ?? '')),
  (lines, at) => lines.toSpliced(at, 1, (lines[at] ?? '').slice(0, -30)),
  (lines, at) => lines.toSpliced(at, 1, (lines[at] ?? '').replace(/"parentUuid":"\w/, '"parentUuid":"x')),
  (lines, at) => lines.toSpliced(at, 1, (lines[at] ?? '').replace(/"timestamp":/, '"was":')),
  (lines, at) => lines.toSpliced(at, 0, lines[at] ?? '', lines[Math.floor(at / 2)] ?? ''),
  (lines, at) => lines.toSpliced(at, 1, (lines[at] ?? '').replace(/"text":"\w/, '"text":"\\u0000')),
];

test('random damages', async () => {
  let quick = 0;
  for (let seed = 0; seed < 150; seed++) {
    const by = chance(seed, 'index of a copy');
    let lines = textOf(by.pick(names)).split('\n').slice(0, -1);
    for (let left = by.between(1, 3); left > 0; left--)
      lines = by.pick(harms)(lines, by.between(0, lines.length - 1));
    const both = await repaired(`${lines.join('\n')}\n`, null);
    if (both === null || both.quick === null) continue;
    quick += 1;
    expect(both.quick, `seed ${seed}`).toEqual(both.whole);
  }
  expect(quick).toBeGreaterThan(50);
}, 60_000);
