import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { summarizeTranscript } from '../../../../../src/agents/claude-code/transcript/summary.ts';
import { type RepairOptions, repairFile } from '../../../../../src/agents/common/repair.ts';
import { pairingError } from '../../../../../src/drill/api/pairing.ts';
import { repository } from '../../../../support/places.ts';
import {
  blocks,
  collectedMessages,
  type Fields,
  has,
  names,
  recordsOf,
  strictMessages,
  textOf,
  toText,
  withFile,
} from '../transcripts.ts';

const options: RepairOptions = {
  now: Date.parse('2026-11-22T00:00:00Z'),
  reconnect: false,
  byHand: false,
  version: null,
  resultTexts: new Map(),
  dryRun: false,
  thorough: false,
};

/** What a repair makes of a text: the outcome, the text afterwards, the names left in the folder. */
const mend = (content: string | Buffer, changed: Partial<RepairOptions> = {}) =>
  withFile(content, async (path) => {
    const outcome = await repairFile(path, claudeCodeRepairer, { ...options, ...changed });
    return { outcome, text: readFileSync(path, 'utf8'), files: readdirSync(dirname(path)) };
  });
const kinds = (outcome: { findings: readonly { kind: string; count: number }[] }) =>
  Object.fromEntries(outcome.findings.map(({ kind, count }) => [kind, count]));

/** Versions that continue at the newest message, not at the newest record, need no repair for the older ones. */
const isNew = (text: string) => /"version":"2\.1\.(197|329)"/.test(text);

/** What the API would say to the kinds of agent that may read it; a lost first prompt is the agent's business. */
function shapeError(text: string): string | null {
  const requests = [...(isNew(text) ? [] : [strictMessages(text)]), collectedMessages(text)];
  const errors = requests.map((messages) => (messages.length === 0 ? null : pairingError(messages)));
  return errors.find((error) => error !== null && !error.includes('first message')) ?? null;
}

describe('recordings', () => {
  /** Killed with a call in flight, or never repaired since. */
  const open = names.filter((name) =>
    /^(197|329|42)-exec-killed|^(42|56)-tooldone|^42-exec-resumed|^56-resumed-orphan/.test(name),
  );
  const healthy = names.filter((name) => !open.includes(name));

  test.each(healthy)('%s is healthy: not a byte is written', async (name) => {
    await withFile(textOf(name), async (path) => {
      utimesSync(path, 1, 1);
      expect(await repairFile(path, claudeCodeRepairer, options)).toMatchObject({
        result: 'healthy',
        findings: [],
      });
      expect(statSync(path).mtimeMs).toBe(1_000);
      expect(readFileSync(path, 'utf8')).toBe(textOf(name));
      expect(readdirSync(dirname(path)).length).toBe(1);
    });
  });

  test.each(open)('%s has an open call: one result is added, nothing else is touched', async (name) => {
    const { outcome, text, files } = await mend(textOf(name));
    expect(kinds(outcome)).toEqual({ 'open call': 1 });
    expect(text.startsWith(textOf(name))).toBe(true);
    const added = recordsOf(text.slice(textOf(name).length));
    expect(added).toHaveLength(1);
    const call = recordsOf(text).findLast((record) => has(record, 'tool_use')) as Fields;
    expect(added[0]).toMatchObject({
      type: 'user',
      parentUuid: call.uuid,
      sessionId: call.sessionId,
      cwd: call.cwd,
    });
    expect(blocks(added[0] as Fields)).toMatchObject([
      {
        type: 'tool_result',
        is_error: true,
        tool_use_id: blocks(call).find((block) => block.type === 'tool_use')?.id,
      },
    ]);
    expect(shapeError(text)).toBeNull();
    expect(files.filter((file) => file.includes('.before-repair-20261122T000000Z'))).toHaveLength(1);
    expect(files).toHaveLength(2);
  });
});

/** Up to its compaction. */
const compacted = recordsOf(textOf('197-parallel'));
const base = compacted.slice(
  0,
  compacted.findIndex((record) => record.subtype === 'compact_boundary'),
);
const use = base.find((record) => has(record, 'tool_use') && record.uuid?.startsWith('a2ce58')) as Fields;
const result = base.find((record) => record.parentUuid === use.uuid) as Fields;
const last = base.findLast((record) => record.type === 'assistant') as Fields;
const without = (...gone: Fields[]) => base.filter((record) => !gone.includes(record));
const changed = (record: Fields, changes: Fields) =>
  base.map((one) => (one === record ? { ...one, ...changes } : one));
const linear = recordsOf(textOf('56-resumed-twice'));
const first56 = linear.find((record) => record.type === 'user') as Fields;
const late56 = linear.findLast((record) => has(record, 'tool_result')) as Fields;

describe('damage', () => {
  const torn = '{"parentUuid":"x","type":"user","message":{"role":"us';
  const table: [string, string, Record<string, number>][] = [
    ['torn last line', toText(base) + torn, { torn: 1 }],
    ['last line without a newline', toText(base).slice(0, -1), { newline: 1 }],
    [
      'garbage and NUL',
      `${toText(base.slice(0, 4))}}}{{ x\n${'\0'.repeat(99)}\n42\n[]\n${toText(base.slice(4))}`,
      { garbage: 4 },
    ],
    ['NUL before a record', `${'\0'.repeat(9)}${toText(base)}`, { salvaged: 1 }],
    [
      'a record glued to a torn one',
      toText(base.slice(0, 5)) + torn + toText(base.slice(5)),
      { salvaged: 1 },
    ],
    ['two records on one line', toText(base).replace('}\n{', '}{'), { salvaged: 1 }],
    [
      'lines twice',
      toText(base.flatMap((record) => [record, record])),
      { duplicate: base.filter((r) => r.uuid).length },
    ],
    ['call lost', toText(without(use)), { unlinked: 1, 'stray result': 1 }],
    ['result lost', toText(without(result)), { unlinked: 1, 'open call': 1 }],
    [
      'unknown parent',
      toText(changed(last, { parentUuid: 'a0000000-0000-4000-8000-000000000000' })),
      { unlinked: 1 },
    ],
    ['no parent', toText(changed(last, { parentUuid: null })), { unlinked: 1 }],
    [
      'circle',
      toText(
        changed(base.find((record) => record.type === 'user') as Fields, {
          parentUuid: result.uuid as string,
        }),
      ),
      { circle: 1 },
    ],
    [
      'result without id and time',
      toText([...base.slice(0, 12), { ...result, uuid: undefined, timestamp: undefined }]),
      {},
    ],
    [
      'the same call again',
      toText([
        ...linear,
        {
          ...linear.find((r) => has(r, 'tool_use')),
          uuid: 'b0000000-0000-4000-8000-000000000000',
          parentUuid: linear.at(-1)?.uuid,
          timestamp: '2026-11-21T23:00:00Z',
        },
      ]),
      { 'repeated call': 1, 'open call': 1 },
    ],
    [
      'the same result again',
      toText([
        ...linear,
        {
          ...late56,
          uuid: 'b0000000-0000-4000-8000-000000000000',
          parentUuid: linear.at(-1)?.uuid,
          timestamp: '2026-11-21T23:00:00Z',
        },
      ]),
      { 'stray result': 1 },
    ],
  ];

  test.each(table)('%s', async (title, text, expected) => {
    const { outcome, text: mended } = await mend(text);
    if (title !== 'result without id and time') expect(kinds(outcome)).toEqual(expected);
    expect(outcome.result).toBe('repaired');
    expect(shapeError(mended)).toBeNull();
    expect(outcome.after?.reachable).toBeGreaterThanOrEqual(outcome.before?.reachable ?? 0);
    expect((await mend(mended)).outcome.result).toBe('healthy');
  });

  test('most of the conversation lost: reported in numbers, before and after', async () => {
    const { outcome } = await mend(toText(changed(result, { parentUuid: null })));
    expect(outcome.result).toBe('repaired');
    const text = toText(
      recordsOf(textOf('56-afterresult-killed')).map((r) =>
        has(r, 'tool_result') ? { ...r, parentUuid: null } : r,
      ),
    );
    expect((await mend(text)).outcome).toMatchObject({
      before: { reachable: 1, total: 4 },
      after: { reachable: 4, total: 4 },
    });
  });

  test('a person’s message that starts over is attached to the record before only on demand: rewinding looks the same', async () => {
    const prompts = linear.filter((record) => record.type === 'user' && !has(record, 'tool_result'));
    const again = prompts.at(-1) as Fields;
    expect(again).not.toBe(first56);
    const text = toText(
      linear.map((record) => (record === again ? { ...record, parentUuid: null } : record)),
    );
    expect((await mend(text)).outcome.result).toBe('healthy');
    const { outcome } = await mend(text, { reconnect: true });
    expect(outcome).toMatchObject({ result: 'repaired', before: { reachable: 4 }, after: { reachable: 13 } });
  });

  test('a circle off the active branch, which 1.0.56 would follow for ever, is opened', async () => {
    const records = recordsOf(textOf('56-resumed-synthFull'));
    const [prompt, text, call] = records as [Fields, Fields, Fields];
    const circle = [prompt, { ...text, parentUuid: call.uuid as string }, call];
    const { outcome } = await mend(toText(circle));
    expect(outcome).toMatchObject({ result: 'repaired', before: { reachable: 1 }, after: { reachable: 4 } });
  });

  describe('thinking', () => {
    const refusal =
      'messages.1.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.';
    const [prompt, answer] = recordsOf(textOf('56-idle-killed')) as [Fields, Fields];
    const thought = { type: 'thinking', thinking: 'A short thought.', signature: 'c2ln' };
    const alone = {
      ...answer,
      uuid: 'd0000000-0000-4000-8000-000000000001',
      message: { ...answer.message, content: [thought] },
    };
    const call = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: {} };
    const mixed = {
      ...answer,
      parentUuid: alone.uuid,
      message: { ...answer.message, content: [thought, ...blocks(answer), call] },
    };
    const result = {
      ...prompt,
      uuid: 'd0000000-0000-4000-8000-000000000002',
      parentUuid: mixed.uuid,
      message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'fine' }] },
      timestamp: answer.timestamp,
    };
    const failed = (text: string) => ({
      ...answer,
      uuid: 'd0000000-0000-4000-8000-000000000003',
      parentUuid: result.uuid,
      isApiErrorMessage: true,
      message: {
        id: 'x',
        role: 'assistant',
        model: '<synthetic>',
        content: [{ type: 'text', text: `API Error: 400 ${text}` }],
      },
    });
    const talk = [prompt, alone, mixed, result];

    test.each([refusal, 'Invalid `signature` in `thinking` block'])(
      'refused because of it (%s): it is left out, and nothing else',
      async (words) => {
        const { outcome, text } = await mend(toText([...talk, failed(words)] as Fields[]));
        expect(kinds(outcome)).toEqual({ thinking: 2 });
        expect(outcome.result).toBe('repaired');
        const records = recordsOf(text);
        expect(records.map((record) => record.uuid)).toEqual([
          prompt.uuid,
          mixed.uuid,
          result.uuid,
          failed('').uuid,
        ]);
        expect(records[1]).toMatchObject({ parentUuid: prompt.uuid });
        expect(blocks(records[1] as Fields)).toEqual([...blocks(answer), call]);
        expect(text).not.toContain('A short thought');
        expect(records.every((record) => blocks(record).length > 0)).toBe(true);
        expect((await mend(text)).outcome.result).toBe('healthy');
      },
    );

    test('not refused, refused for another reason, or refused long ago: it stays', async () => {
      const later = { ...prompt, uuid: 'd0000000-0000-4000-8000-000000000004', parentUuid: failed('').uuid };
      const message = { ...answer.message, id: 'msg_9' };
      const answered = {
        ...answer,
        uuid: 'd0000000-0000-4000-8000-000000000005',
        parentUuid: later.uuid,
        message,
      };
      for (const records of [
        talk,
        [...talk, failed('Internal server error')],
        [...talk, failed(refusal), later, answered],
      ])
        expect((await mend(toText(records as Fields[]))).outcome.result).toBe('healthy');
    });
  });

  test('the result added to an open call says what the guard knows', async () => {
    const { text } = await mend(textOf('329-exec-killed'), {
      resultTexts: new Map([['toolu_011395411', 'known of toolu_011395411']]),
    });
    expect(text).toContain('"content":"known of toolu_011395411"');
  });

  test('a dry run reports the same and writes nothing', async () => {
    const { outcome, text, files } = await mend(textOf('329-exec-killed'), { dryRun: true });
    expect(outcome).toMatchObject({ result: 'dry-run', findings: [{ kind: 'open call', count: 1 }] });
    expect(text).toBe(textOf('329-exec-killed'));
    expect(files).toHaveLength(1);
  });
});

/** One way to damage a file. */
type Harm = (records: Fields[], at: number, other: number) => string | Fields[];
const harms: Readonly<Record<string, Harm>> = {
  lose: (records, at) => records.toSpliced(at, 1),
  repeat: (records, at) => records.toSpliced(at, 0, records[at] as Fields),
  noParent: (records, at) => records.with(at, { ...records[at], parentUuid: null }),
  unknownParent: (records, at) =>
    records.with(at, { ...records[at], parentUuid: 'c0000000-0000-4000-8000-000000000000' }),
  otherParent: (records, at, other) =>
    records.with(at, { ...records[at], parentUuid: records[other]?.uuid ?? null }),
  bare: (records, at) => {
    const { uuid: _uuid, timestamp: _timestamp, ...rest } = records[at] as Fields;
    return records.with(at, rest);
  },
  swap: (records, at, other) => records.with(at, records[other] as Fields).with(other, records[at] as Fields),
  cut: (records, at) => {
    const text = toText(records);
    return text.slice(0, Math.floor((text.length * at) / records.length));
  },
  nul: (records, at, other) => {
    const text = toText(records);
    const place = Math.floor((text.length * at) / records.length);
    return text.slice(0, place) + '\0'.repeat(1 + (other % 40)) + text.slice(place + (other % 7));
  },
  glue: (records, at) => toText(records.slice(0, at)) + toText(records.slice(at)).slice(7),
};

/** Damage that was once not repaired, or repaired so that the API would have refused the result. */
const once: readonly [string, string][] = [
  ['56-subagent', 'otherParent 9 461'],
  ['56-afterresult-killed', 'unknownParent 897 808, otherParent 590 387, swap 244 707, noParent 811 840'],
  ['42-resumed-orphan', 'otherParent 289 208'],
  ['42-resumed-synthFull', 'otherParent 1318322892 526393856, lose 0 0'],
  ['56-parallel', 'noParent 546 303, otherParent 598 665'],
  ['42-tooldone-killed', 'repeat 101 576, otherParent 644 309, unknownParent 598 486, noParent 417 681'],
  ['56-parallel', 'lose 352 983, nul 498 598'],
  ['197-exec-killed', 'bare 228 89, swap 18 924, bare 84 589'],
  ['42-resumed-orphan', 'otherParent 820 437'],
  ['197-exec-resumed', 'otherParent 283 2'],
  ['56-afterresultmid-killed', 'otherParent 762 623, otherParent 592 110'],
  ['56-resumed-synthFull', 'bare 684 582, noParent 717 176, repeat 48 559, nul 128 226'],
  ['197-resumed-orphan', 'otherParent 617 738'],
  ['56-subagent', 'otherParent 694 142, repeat 218 94'],
  ['197-exec-killed', 'lose 999 677, bare 506 781, bare 2 838'],
  ['197-parallel', 'cut 12 599'],
  ['197-exec-resumed', 'otherParent 329 722'],
  ['197-tooldone-killed', 'unknownParent 940 703, noParent 541 559, repeat 214 868, swap 726 8'],
  ['42-parallel', 'bare 928 557, lose 694 357, otherParent 171 74, unknownParent 771 661'],
  ['197-parallel', 'swap 547 915, cut 390 165, nul 106 778, otherParent 831 980'],
  ['56-resumed-orphan', 'otherParent 824 750, swap 200 97, bare 895 208'],
  ['329-start-killed', 'cut 634 355, otherParent 917 104, unknownParent 42 668'],
  ['56-resumed-twice', 'unknownParent 166 350, otherParent 327 685'],
  ['329-tooldone-killed', 'otherParent 325 492, otherParent 971 686, lose 365 129'],
  ['197-parallel', 'cut 307 612, swap 378 724, otherParent 314 346, otherParent 885 275'],
  ['197-parallel', 'bare 115 515, otherParent 942 145'],
  ['197-noheaders-killed', 'otherParent 520 47, swap 302 28'],
  ['197-nostop-killed', 'otherParent 249 622, bare 687 816'],
  ['197-exec-killed', 'noParent 1898601134 0, lose 521820047 0, lose 0 0'],
];
const damagesOf = (text: string) =>
  text.split(', ').map((one): [string, number, number] => {
    const [harm = '', at, other] = one.split(' ');
    return [harm, Number(at), Number(other)];
  });

/** More with RUNS=…; a failure names the seed and the path, and the smallest damage that was found. */
const runs = Number(process.env.RUNS ?? 60);

test(
  'random damage: repaired or healthy, never an exception, nothing reachable lost, idempotent, and the API accepts it',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(harms)), fc.nat(), fc.nat()), {
          minLength: 1,
          maxLength: 4,
        }),
        async (source, damages) => {
          let text = textOf(source);
          for (const [harm, at, other] of damages) {
            const records = parseWhatParses(text);
            if (records.length === 0) break;
            const harmed = (harms[harm] as Harm)(records, at % records.length, other % records.length);
            text = typeof harmed === 'string' ? harmed : toText(harmed);
          }
          await withFile(text, summarizeTranscript); // a snapshot can be taken of anything
          const { outcome, text: mended, files } = await mend(text);
          const isLost = outcome.result === 'failed' && !parseWhatParses(text).some(({ message }) => message);
          expect(isLost || ['repaired', 'healthy'].includes(outcome.result)).toBe(true);
          if (isLost) {
            expect(mended).toBe(text);
            return;
          }
          expect(outcome.after?.reachable).toBeGreaterThanOrEqual(outcome.before?.reachable ?? 0);
          expect(shapeError(mended)).toBeNull();
          expect((await mend(mended)).outcome.result).toBe('healthy');
          expect(files.some((name) => name.endsWith('.repaired') || name.endsWith('.repair-lock'))).toBe(
            false,
          );
        },
      ),
      { numRuns: runs, examples: once.map(([source, damages]) => [source, damagesOf(damages)]) },
    );
  },
  120_000 + runs * 200,
);

const parseWhatParses = (text: string): Fields[] =>
  text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Fields];
    } catch {
      return [];
    }
  });

test.each(['not json', '\0'.repeat(50), '# A title\n\nWords.\n', '{\n  "a": 1\n}\n', '{"a":1}'])(
  'a file that is no conversation is left as it is: %j',
  async (content) => {
    for (const dryRun of [true, false]) {
      const { outcome, text, files } = await mend(content, { byHand: true, dryRun });
      expect(outcome).toMatchObject({ result: 'failed', detail: 'it holds no record of a conversation' });
      expect([text, files.length]).toEqual([content, 1]);
    }
  },
);

test('a file with nothing, or next to nothing, in it', async () => {
  for (const content of ['', '\n\n', '{"type":"user"}\n'])
    expect(['healthy', 'repaired']).toContain((await mend(content)).outcome.result);
  const missing = await repairFile('/nonexistent/x.jsonl', claudeCodeRepairer, options);
  expect(missing).toMatchObject({ result: 'failed' });
});

test('leaves the original and nothing else if a write fails', async () => {
  await withFile(textOf('329-exec-killed'), async (path) => {
    mkdirSync(`${path}.${process.pid}.repaired`);
    const outcome = await repairFile(path, claudeCodeRepairer, options);
    expect(outcome.result).toBe('failed');
    expect(readFileSync(path, 'utf8')).toBe(textOf('329-exec-killed'));
  });
});

test('a large conversation in little memory: 60 MB with a heap of 20', () => {
  const script = join(repository, 'scripts', 'bench-repair.js');
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=20', script, '60', '--here'],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ result: 'repaired', findings: { 'open call': 1 } });
}, 120_000);
