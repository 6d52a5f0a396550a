/** Recorded conversations with one damage each: what is found in them, and what is left alone. */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { type RepairOptions, repairFile } from '../../../../../src/agents/common/repair.ts';
import type { TranscriptRepairer } from '../../../../../src/agents/contract/conversation.ts';
import { fixture } from '../../../../support/places.ts';
import { blocks, type Fields, recordsOf, toText, withFile } from '../transcripts.ts';

const folder = fixture('transcripts', 'damaged');
/** Those that are not there any more as they were. */
function linesLost(before: string, after: string): readonly string[] {
  const kept = new Set(after.split('\n'));
  return before.split('\n').filter((line) => !kept.has(line));
}

const textOf = (name: string) => readFileSync(join(folder, `${name}.jsonl`), 'utf8');
const options: RepairOptions = {
  now: Date.parse('2026-11-29T00:00:00Z'),
  reconnect: false,
  byHand: true,
  version: null,
  resultTexts: new Map(),
  dryRun: false,
  thorough: false,
};
const mend = (content: string, changed: Partial<RepairOptions> = {}) =>
  withFile(content, async (path) => {
    const outcome = await repairFile(path, claudeCodeRepairer, { ...options, ...changed });
    return { outcome, text: readFileSync(path, 'utf8') };
  });
const kinds = ({ findings }: { findings: readonly { kind: string; count: number }[] }) =>
  Object.fromEntries(findings.map(({ kind, count }) => [kind, count]));

test.each<[string, Record<string, number>]>([
  ['dup-tool-ids', { 'repeated call': 1 }],
  ['image-html', { 'bad image': 1 }],
  ['input-empty-string', { 'tool input': 1 }],
  ['lone-high', { 'half character': 1 }],
  ['lone-key', { 'half character': 1 }],
  ['nul-result', { nul: 1 }],
  ['text-empty-in-result', { 'empty text': 1 }],
  ['thinking-empty', { 'empty thinking': 1 }],
  ['thinking-empty-beside', { 'empty thinking': 1 }],
  ['tool-name-201', { 'tool name': 1 }],
  ['stray-inputnull-orphan', { 'tool input': 1, 'open call': 1 }],
])('%s: found, and only its record is another one', async (name, expected) => {
  for (const version of ['263', '38']) {
    const before = textOf(`${version}-${name}`);
    const { outcome, text } = await mend(before);
    expect(kinds(outcome)).toEqual(expected);
    expect(outcome.result).toBe('repaired');
    expect(linesLost(before, text).length).toBeLessThanOrEqual(
      name === 'thinking-empty' ? 2 : name === 'dup-tool-ids' ? 2 : 1,
    );
    expect((await mend(text)).outcome.result).toBe('healthy');
  }
});

test.each(['263-queue-uuid-collision', '263-rewound-to-start-bare', '263-rewound-to-start-under-guard'])(
  '%s is healthy: not a byte is written',
  async (name) => {
    const { outcome, text } = await mend(textOf(name));
    expect(outcome).toMatchObject({ result: 'healthy', findings: [] });
    expect(text).toBe(textOf(name));
  },
);

describe('a late note at an old message', () => {
  test('2.1.263 continues at the last end in the file: it is pointed to the conversation’s end', async () => {
    for (const [name, found] of [
      ['263-stray-newest-branch', { 'stray end': 1 }],
      ['263-stray-leaf-orphan', { 'stray end': 1, 'open call': 1 }],
    ] as const) {
      const { outcome, text } = await mend(textOf(name));
      expect(kinds(outcome)).toEqual(found);
      expect(linesLost(textOf(name), text)).toHaveLength(1); // the note itself
      expect((await mend(text)).outcome.result).toBe('healthy');
    }
  });

  test('2.1.38 continues at the note: the note is attached to the end', async () => {
    const { outcome, text } = await mend(textOf('38-stray-newest-branch'));
    expect(kinds(outcome)).toEqual({ 'stray end': 1 });
    expect(outcome).toMatchObject({ before: { reachable: 1 }, after: { reachable: 7 } });
    expect((await mend(text)).outcome.result).toBe('healthy');
  });

  test('the version that will continue counts, not the one that wrote the file', async () => {
    const version = { text: '2.1.126', parts: [2, 1, 126] };
    const { outcome, text } = await mend(textOf('38-stray-newest-branch'), { version });
    expect(kinds(outcome)).toEqual({ 'stray end': 1 });
    expect(linesLost(textOf('38-stray-newest-branch'), text)).toHaveLength(1);
  });
});

describe('a path that is not a string', () => {
  const call = (name: string, input: object) =>
    toText(
      recordsOf(textOf('263-nul-result')).map((record) => ({
        ...record,
        message: record.message && {
          ...record.message,
          content: blocks(record).map((block) =>
            block.type === 'tool_use' ? { ...block, name, input } : block,
          ),
        },
      })),
    ).replaceAll('\\u0000', ' ');
  const on = (...parts: number[]) => ({ byHand: false, version: { text: parts.join('.'), parts } });

  test.each([
    ['Read', { file_path: {} }, { file_path: '{}' }],
    ['Glob', { pattern: '*', path: ['a'] }, { pattern: '*', path: '["a"]' }],
    ['NotebookEdit', { notebook_path: 5 }, { notebook_path: '5' }],
  ])('of %s is converted to one for a version that cannot show it', async (name, input, mended) => {
    const { outcome, text } = await mend(call(name, input), on(2, 1, 197));
    expect(kinds(outcome)).toEqual({ 'tool path': 1 });
    const inputs = recordsOf(text)
      .flatMap(blocks)
      .map((block) => block.input);
    expect(inputs).toContainEqual(mended);
    expect((await mend(text, on(2, 1, 197))).outcome.result).toBe('healthy');
  });

  test('is left to a version that can show it', async () => {
    expect((await mend(call('Read', { file_path: {} }), on(2, 1, 263))).outcome.result).toBe('healthy');
  });

  test.each([{}, { file_path: null }, { file_path: '/a' }, { content: {} }])(
    'is not found in %j',
    async (input) => {
      expect((await mend(call('Write', input), on(2, 1, 197))).outcome.result).toBe('healthy');
    },
  );
});

describe('content that may be poison', () => {
  const automatic = { byHand: false };

  test('is left alone unless a person asks', async () => {
    expect((await mend(textOf('263-thinking-empty'), automatic)).outcome.result).toBe('healthy');
  });

  test('is repaired if the API has refused the conversation', async () => {
    const records = recordsOf(textOf('263-thinking-empty'));
    const last = records.findLast((record) => record.type === 'assistant') as Fields;
    const refusal = {
      ...last,
      uuid: 'd0000000-0000-4000-8000-000000000001',
      parentUuid: last.uuid as string,
      isApiErrorMessage: true,
      message: {
        role: 'assistant',
        id: 'x',
        content: [
          { type: 'text', text: 'API Error: 400 messages.1.content.0.thinking: each thinking block …' },
        ],
      },
    };
    const { outcome } = await mend(toText([...records, refusal]), automatic);
    expect(kinds(outcome)).toEqual({ 'empty thinking': 1 });
  });

  test('is left to a version that cleans it by itself', async () => {
    expect((await mend(textOf('263-image-html'), automatic)).outcome.result).toBe('healthy');
    expect((await mend(textOf('38-image-html'), automatic)).outcome.result).toBe('repaired');
    const version = { text: '2.1.329', parts: [2, 1, 329] };
    expect((await mend(textOf('38-lone-key'), { ...automatic, version })).outcome.result).toBe('healthy');
  });
});

describe('a record glued to a truncated one', () => {
  test('is found behind a snapshot of any size', async () => {
    const { outcome, text } = await mend(textOf('263-glued-fhs1500'));
    expect(kinds(outcome)).toEqual({ salvaged: 1 });
    expect(text).toContain('"content":"remember the fact beta"},"uuid"');
    expect(outcome.after).toEqual({ reachable: 7, total: 7 });
  });

  test('a truncated prompt is reported, and its readable part is kept', async () => {
    const { outcome, text } = await mend(textOf('263-prompt-swallowed'));
    expect(kinds(outcome)).toEqual({ salvaged: 1, 'cut prompt': 1 });
    const prompt = recordsOf(text).find((record) =>
      JSON.stringify(record.message ?? '').includes('was lost'),
    );
    expect(blocks(prompt as Fields)).toEqual([
      { type: 'text', text: 'remember the fact beta\n[The rest of this message was lost.]' },
    ]);
    expect(outcome.after).toEqual({ reachable: 7, total: 7 });
    expect((await mend(text)).outcome.result).toBe('healthy');
  });

  test('if the id of the truncated record belongs to an existing record, that one stays as it is', async () => {
    const [, uuid] = /"parentUuid":"([^"]+)"[^\n]*\{"parentUuid"/.exec(textOf('263-prompt-swallowed')) ?? [];
    const text = textOf('263-prompt-swallowed').replace(
      /\{"parentUuid":"[^"]+"(?=,"isSidechain":false,"attachment":\{"type":"total_tokens_reminder"[^\n]*2d:38\.261)/,
      `{"parentUuid":"${uuid}"`,
    );
    const { text: mended } = await mend(text);
    const owners = recordsOf(mended).filter((record) => record.uuid === uuid);
    expect(owners.every((record) => record.type === 'assistant')).toBe(true);
  });
});

describe('a whole record behind damage', () => {
  const automatic = { byHand: false };
  const whole = recordsOf(readFileSync(fixture('transcripts', '197-parallel.jsonl'), 'utf8'));
  const at = whole.findIndex((record) => record.type === 'assistant');
  const damagedWith = (content: readonly unknown[]) => {
    const answer = whole[at] as Fields;
    const changed = { ...answer, message: { ...(answer.message as object), content } };
    const lines = [...whole.slice(0, at), changed, ...whole.slice(at + 1)];
    return lines.map((record) => (record === changed ? '\0'.repeat(9) : '') + toText([record])).join('');
  };

  test.each<[string, unknown]>([
    ['thinking that the API hides', { type: 'thinking', thinking: '', signature: 'sig' }],
    [
      'a call that the API answers itself',
      { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} },
    ],
    ['a kind of block that nobody has heard of', { type: 'block_of_tomorrow', payload: 1 }],
  ])('is kept: %s', async (_, block) => {
    const { outcome, text } = await mend(
      damagedWith([block, { type: 'text', text: 'kept words' }]),
      automatic,
    );
    expect(kinds(outcome)).toEqual({ salvaged: 1 });
    expect(text).toContain('kept words');
  });

  test.each<[string, unknown]>([
    ['no signature', { type: 'thinking', thinking: 'x' }],
    ['an id that has lost its characters', { type: 'tool_use', id: '', name: 'Read', input: {} }],
    ['no type', { text: 'x' }],
  ])('is garbage if it cannot be sent: %s', async (_, block) => {
    const { outcome, text } = await mend(
      damagedWith([block, { type: 'text', text: 'lost words' }]),
      automatic,
    );
    expect(kinds(outcome)).toMatchObject({ garbage: 1 });
    expect(text).not.toContain('lost words');
  });
});

describe('other processes and the file', () => {
  const damaged = textOf('263-nul-result');

  test.skipIf(process.platform !== 'linux')('open under another path: not touched', async () => {
    await withFile(damaged, async (path) => {
      const alias = `${dirname(path)}-alias`;
      symlinkSync(dirname(path), alias);
      const held = openSync(path, 'a');
      try {
        const holder = spawn('sleep', ['60'], { stdio: ['ignore', held, 'ignore'] });
        try {
          const outcome = await repairFile(
            join(alias, path.split('/').at(-1) ?? ''),
            claudeCodeRepairer,
            options,
          );
          expect(outcome).toMatchObject({ result: 'busy', writer: { pid: holder.pid } });
        } finally {
          holder.kill('SIGKILL');
        }
      } finally {
        closeSync(held);
        rmSync(alias);
      }
    });
  });

  test('a link: its target is repaired, and it stays a link', async () => {
    await withFile(damaged, async (path) => {
      const real = `${path}.real`;
      renameSync(path, real);
      symlinkSync(real, path);
      expect((await repairFile(path, claudeCodeRepairer, options)).result).toBe('repaired');
      expect(lstatSync(path).isSymbolicLink()).toBe(true);
      expect(readFileSync(real, 'utf8')).not.toContain('\\u0000');
    });
  });

  test('a writer that comes and goes during the search for writers: left for the next try', async () => {
    await withFile(damaged, async (path) => {
      let looks = 0;
      const repairer: TranscriptRepairer = {
        ...claudeCodeRepairer,
        async findWriter(...args) {
          looks += 1;
          if (looks === 2) appendFileSync(path, '{"type":"mode","mode":"normal"}\n');
          return claudeCodeRepairer.findWriter(...args);
        },
      };
      expect((await repairFile(path, repairer, options)).result).toBe('busy');
      expect(readFileSync(path, 'utf8')).toBe(`${damaged}{"type":"mode","mode":"normal"}\n`);
    });
  });

  test('owner and mode are kept, and the leftovers of a killed repair are removed', async () => {
    await withFile(damaged, async (path) => {
      const isRoot = process.getuid?.() === 0;
      if (isRoot) chownSync(path, 12_345, 12_345);
      const owner = statSync(path).uid;
      chmodSync(path, 0o660);
      writeFileSync(`${path}.4194300.repaired`, 'half of it');
      expect((await repairFile(path, claudeCodeRepairer, options)).result).toBe('repaired');
      expect(statSync(path).mode & 0o777).toBe(0o660);
      expect(statSync(path).uid).toBe(owner);
      expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.repaired'))).toEqual([]);
    });
  });
});
