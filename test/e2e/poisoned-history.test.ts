/**
 * Conversations that the API refuses at every turn: repaired, they are taken by the real agent and an API that looks at
 * every request as the vendor's does, and nothing else of them is missing.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../src/agents/claude-code/transcript/repair/repair.ts';
import { parseRecord } from '../../src/agents/common/json.ts';
import { repairFile } from '../../src/agents/common/repair.ts';
import { readVersion } from '../../src/agents/common/versions.ts';
import { type Api, type ApiRequest, startApi } from '../../src/drill/api/api.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import {
  type Block,
  blocks,
  type Fields,
  recordsOf,
  toText,
} from '../agents/claude-code/transcript/transcripts.ts';
import { png } from '../support/images.ts';
import { fixture } from '../support/places.ts';
import { missing, type RealVersion, realAgent } from '../support/real-agent.ts';

const folder = fixture('transcripts', 'damaged');
const names = readdirSync(folder).map((name) => name.replace('.jsonl', ''));
/** Its own, because tests look for all agents of a session on the machine. */
const session = randomUUID();
const limitMs = 60_000;

interface Bench {
  readonly api: Api;
  /** Where the agent looks for the conversation. */
  readonly file: string;
  /** One turn in print mode. */
  turn(...args: readonly string[]): Promise<readonly ApiRequest[]>;
  /** What the agent has printed in the last turn. */
  printed(): string;
  write(text: string): void;
  mend(): Promise<string>;
}

async function onBench(version: RealVersion, use: (bench: Bench) => Promise<void>): Promise<void> {
  const sandbox = createSandbox();
  const api = await startApi({ enforceRules: true });
  const command = realAgent(version, join(sandbox.root, 'bin'));
  if (command === null) throw new Error(`no agent ${version}`);
  const file = join(
    ...[sandbox.configDir, 'projects', sandbox.project.replace(/[^a-zA-Z0-9]/g, '-')],
    `${session}.jsonl`,
  );
  api.respond(({ number }) => say(`Answer ${number}.`));
  const options = {
    now: Date.now(),
    reconnect: false,
    byHand: true,
    version: readVersion(version),
    resultTexts: new Map(),
  };
  let printed = '';
  try {
    await use({
      api,
      file,
      async turn(...args) {
        const before = api.turns().length;
        const agent = spawn(command, ['-p', ...args], {
          cwd: sandbox.project,
          env: agentEnvironment(sandbox, gatewayVariables(api.url)),
          stdio: ['ignore', 'pipe', 'ignore'],
          timeout: limitMs,
          killSignal: 'SIGKILL',
        });
        printed = '';
        agent.stdout.on('data', (piece) => {
          printed += piece;
        });
        await once(agent, 'close');
        return api.turns().slice(before);
      },
      printed: () => printed,
      write(text) {
        const old = /"sessionId":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? session;
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text.replaceAll(old, session).replaceAll('/home/u/proj', sandbox.project));
      },
      async mend() {
        const outcome = await repairFile(file, claudeCodeRepairer, {
          ...options,
          dryRun: false,
          thorough: false,
        });
        expect(outcome).not.toHaveProperty('detail');
        return outcome.result;
      },
    });
  } finally {
    await api.stop();
    sandbox.remove();
  }
}

const isTaken = (request: ApiRequest | undefined) => request?.ended === 'complete';

/** All that was said in it, in whole records. */
const textsOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const record = parseRecord(line);
    const said = record === null || record.isApiErrorMessage === true ? [] : blocks(record as Fields);
    return said.map((block) => String(block.text ?? '')).filter((one) => one.trim() !== '');
  });

const inJson = (text: string) => JSON.stringify(text).slice(1, -1);

const messagesOf = (request: ApiRequest | undefined) => JSON.stringify(request?.body?.messages) ?? '';

/** What was rewound must not come back. */
const isRewound = (name: string) => name.includes('rewound');

/** What the tools have answered, in whole records of the main conversation. */
const resultsOf = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => {
    const record = parseRecord(line) as Fields | null;
    if (record === null || record.isSidechain === true) return [];
    return blocks(record).flatMap(({ type, content }) =>
      type === 'tool_result' && typeof content === 'string' && content !== '' ? [content] : [],
    );
  });

const nightly = process.env.NIGHTLY !== undefined;

/** Each by the version that has recorded it; where there is time, by others, too, and else every other one. */
const readers: readonly (readonly [RealVersion, string])[] = [
  ['2.1.263', '263-'],
  ['2.1.38', '38-'],
  ...(!nightly ? [] : (['2.1.329', '2.1.197', '2.1.126'] as const).map((version) => [version, ''] as const)),
];

describe.each(readers)('%s', (version, prefix) => {
  test
    .skipIf(missing(version))
    .each(names.filter((name, index) => name.startsWith(prefix) && (nightly || index % 2 === 0)))(
    'takes %s after a repair, and a second one changes nothing',
    async (name) => {
      await onBench(version, async ({ file, turn, printed, write, mend }) => {
        const text = readFileSync(join(folder, `${name}.jsonl`), 'utf8');
        write(text);
        await mend();
        const mended = readFileSync(file, 'utf8');
        expect(await mend()).toBe('healthy');
        expect(readFileSync(file, 'utf8')).toBe(mended);

        const request = (await turn('--resume', session, 'What were the facts?')).at(-1);
        expect(isTaken(request)).toBe(true);
        expect(printed()).toContain('Answer ');
        const sent = messagesOf(request);
        if (isRewound(name)) return;
        const all = ['remember the fact beta', ...textsOf(text), ...resultsOf(mended)];
        expect(all.filter((said) => !sent.includes(inJson(said)))).toEqual([]);
      });
    },
    limitMs,
  );
});

const image = (bytes: Buffer): Block => ({
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: bytes.toString('base64') },
});
const ask = (fields: Record<string, unknown>): Block => ({
  type: 'tool_use',
  name: 'Bash',
  input: {},
  ...fields,
});

/** One round each: a call, its result, what the model said to it. */
const rounds: Readonly<Record<string, readonly [Block, unknown, readonly Block[]]>> = {
  'a NUL': [ask({}), 'a\0b', []],
  'half a character': [ask({ input: { 'k\ud83d': ['v\ude00'] } }), 'r\ud99c', []],
  'a long name': [ask({ name: `cd ${'x'.repeat(198)}` }), 'No such tool', []],
  'no input': [ask({ input: null }), 'nothing', []],
  'a text as input': [ask({ input: 'ls' }), 'nothing', []],
  'an empty text': [ask({}), [{ type: 'text', text: ' \n' }], [{ type: 'text', text: '' }]],
  'empty thinking': [ask({}), 'fine', [{ type: 'thinking', thinking: '', signature: '' }]],
  'no image': [ask({}), [image(Buffer.from('<html>'))], []],
  'no PDF': [
    ask({}),
    [
      { ...image(Buffer.from('<html>')), type: 'document' },
      { type: 'text', text: 'a page' },
    ],
    [],
  ],
  'many images': [
    ask({}),
    Array.from({ length: 21 }, (_, number) => image(png(number === 7 ? 2_001 : 9, 9))),
    [],
  ],
};

/** The conversation with these rounds before its last record. */
function withRounds(text: string): string {
  const records = recordsOf(text);
  const last = records.findLastIndex((record) => record.type === 'assistant');
  const model = records[last] as Fields;
  const person = records.find((record) => record.type === 'user') as Fields;
  let parentUuid = model.parentUuid ?? null;
  const added = Object.entries(rounds).flatMap(([name, [call, content, thoughts]]) => {
    const id = `toolu_${name.replaceAll(' ', '')}`;
    const answer = (suffix: string, blocks: readonly Block[]) => ({
      ...model,
      message: { ...model.message, role: 'assistant', id: `msg_${id}${suffix}`, content: [...blocks] },
    });
    const result = { type: 'tool_result', tool_use_id: id, content };
    const parts = [
      answer('a', [{ ...call, id }]),
      { ...person, toolUseResult: {}, message: { role: 'user', content: [result] } },
      ...thoughts.map((thought) => answer('b', [thought])),
      answer('b', [...thoughts, { type: 'text', text: `Understood: ${name}` }]),
    ];
    return parts.map((part) => {
      const record = { ...part, uuid: randomUUID(), parentUuid, timestamp: model.timestamp as string };
      parentUuid = record.uuid;
      return record;
    });
  });
  return toText(records.toSpliced(last, 1, ...added, { ...model, parentUuid }));
}

describe('all of it in one conversation', () => {
  const tested: readonly RealVersion[] = ['2.1.329', '2.1.263', '2.1.197', '2.1.126'];
  test.each(tested.filter((version) => !missing(version)))(
    '%s is refused with it, and taken after a repair',
    async (version) => {
      await onBench(version, async ({ api, file, turn, write, mend }) => {
        api.enqueue(call('Bash', { command: 'echo one' }), say('First answer.'), say('Second answer.'));
        await turn('--session-id', session, 'first question');
        await turn('--resume', session, 'second question');
        const poisoned = withRounds(readFileSync(file, 'utf8'));
        write(poisoned);
        expect(isTaken((await turn('--resume', session, 'Go on.')).at(-1))).toBe(false);

        expect(await mend()).toBe('repaired');
        const mended = readFileSync(file, 'utf8');
        expect(await mend()).toBe('healthy');
        expect(readFileSync(file, 'utf8')).toBe(mended);
        const requests = await turn('--resume', session, 'What were the facts?');
        expect(isTaken(requests.at(-1))).toBe(true);
        for (const said of textsOf(poisoned)) expect(messagesOf(requests.at(-1))).toContain(inJson(said));
      });
    },
    2 * limitMs,
  );
});
