import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  findTranscript,
  latestSession,
  sessionOfProcess,
  sessionOfPrompt,
  successorOf,
} from '../../../../src/agents/claude-code/senses/session-files.ts';
import { startTimeOf } from '../../../../src/platform/process-identity.ts';
import { temporaryFolder } from '../../../support/folder.ts';

const ids = ['a', 'b', 'c'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`);
const [a = '', b = '', c = ''] = ids;

function home() {
  const config = temporaryFolder();
  const env = { CLAUDE_CONFIG_DIR: config };
  const write = (folder: string, id: string, cwd: string, changedS: number) => {
    mkdirSync(join(config, 'projects', folder), { recursive: true });
    const path = join(config, 'projects', folder, `${id}.jsonl`);
    writeFileSync(path, `{"type":"mode"}\n{"torn\n${JSON.stringify({ type: 'user', cwd })}\n`);
    utimesSync(path, changedS, changedS);
    return path;
  };
  return { config, env, write };
}

it('finds a transcript by its name, wherever it is; of several, the last changed', async () => {
  const { env, write } = home();
  write('-one', a, '/one', 100);
  const moved = write('-two', a, '/two', 200);
  expect(await findTranscript(env, a)).toBe(moved);
  expect(await findTranscript(env, b)).toBe(null);
  expect(await findTranscript({ CLAUDE_CONFIG_DIR: '/nowhere' }, a)).toBe(null);
});

it('finds the last conversation of a working directory by its content, not by its folder’s name', async () => {
  const { env, config, write } = home();
  write('-p-q', a, '/p/q', 100);
  write('-p-q', b, '/p/q', 200);
  write('-p-q', c, '/p-q', 300); // the same encoding, another folder
  writeFileSync(join(config, 'projects', '-p-q', 'agent-1.jsonl'), '{"cwd":"/p/q"}\n');
  expect((await latestSession(env, '/p/q'))?.sessionId).toBe(b);
  expect((await latestSession(env, '/p/q', 200_000))?.sessionId).toBe(b);
  expect(await latestSession(env, '/p/q', 200_001)).toBe(null);
});

it('finds a conversation that was moved where it is now, and no longer where it began', async () => {
  const { env, write } = home();
  const long = `/${'l'.repeat(210)}`;
  write('-a', b, '/a', 100);
  const moved = write('-b', a, '/a', 200);
  appendFileSync(moved, `${JSON.stringify({ type: 'user', cwd: '/b' })}\n`);
  utimesSync(moved, 200, 200);
  write(`-${'l'.repeat(199)}-1x2y3z`, c, '/a', 300);
  expect((await latestSession(env, '/b'))?.sessionId).toBe(a);
  expect((await latestSession(env, long))?.sessionId).toBe(c);
  expect((await latestSession(env, '/a', 0, async ({ sessionId }) => sessionId !== c))?.sessionId).toBe(b);
});

it('opens the conversations one by one, from the last changed, and none beyond the one that is wanted', async () => {
  const { env, config, write } = home();
  write('-p', a, '/p', 200);
  write('-elsewhere', b, '/elsewhere', 300);
  const pipe = join(config, 'projects', '-p', `${c}.jsonl`); // to open it waits for a writer, so for ever
  execFileSync('mkfifo', [pipe]);
  utimesSync(pipe, 100, 100);
  expect((await latestSession(env, '/p'))?.sessionId).toBe(a);
});

it('reads the session that an agent records about its own process', async () => {
  const { env, config } = home();
  mkdirSync(join(config, 'sessions'));
  writeFileSync(
    join(config, 'sessions', '17.json'),
    JSON.stringify({ pid: 17, sessionId: a, status: 'idle' }),
  );
  writeFileSync(join(config, 'sessions', '18.json'), '{');
  expect(await sessionOfProcess(env, 17)).toBe(a);
  expect(await sessionOfProcess(env, 18)).toBe(null);
  expect(await sessionOfProcess(env, 19)).toBe(null);
});

it.runIf(process.platform === 'linux')(
  'does not take the record of an earlier process with the same pid',
  async () => {
    const { env, config } = home();
    mkdirSync(join(config, 'sessions'));
    const record = (procStart: string) =>
      writeFileSync(
        join(config, 'sessions', `${process.pid}.json`),
        JSON.stringify({ pid: process.pid, sessionId: a, procStart }),
      );
    record('1');
    expect(await sessionOfProcess(env, process.pid)).toBe(null);
    record(startTimeOf(process.pid) ?? '');
    expect(await sessionOfProcess(env, process.pid)).toBe(a);
  },
);

it('finds the new id that a resume of 1.0.56 has assigned, by the copied records', async () => {
  const { env, write } = home();
  write('-p', a, '/p', 100);
  write('-p', b, '/p', 200); // somebody else's, in the same folder
  const next = write('-p', c, '/p', 150);
  const records = [
    { type: 'summary', leafUuid: 'x' },
    { type: 'user', cwd: '/p', sessionId: a },
    { type: 'assistant', cwd: '/p', sessionId: c },
  ];
  writeFileSync(next, records.map((record) => JSON.stringify(record)).join('\n'));
  expect(await successorOf(env, '/p', a, 120_000)).toMatchObject({ sessionId: c, path: next });
  expect(await successorOf(env, '/p', b, 120_000)).toBe(null);
  expect(await successorOf(env, '/p', c, 120_000)).toBe(null);
});

it('finds the conversation that was typed into when Enter was pressed', async () => {
  const { env, write } = home();
  const prompted = (id: string, cwd: string, atMs: number, content = 'hi') => {
    const path = write('-p', id, cwd, 0);
    const record = {
      type: 'user',
      timestamp: new Date(atMs).toISOString(),
      message: { role: 'user', content },
    };
    appendFileSync(path, `${JSON.stringify(record)}\n`);
  };
  const inP = { folders: ['/p'], known: null };
  const entered = Date.now() - 60_000;
  prompted(a, '/p', entered + 200);
  expect((await sessionOfPrompt(env, inP, [entered]))?.sessionId).toBe(a);
  expect(await sessionOfPrompt(env, inP, [])).toBe(null);
  expect(await sessionOfPrompt(env, inP, [entered - 60_000])).toBe(null); // somebody else's
  const inQ = { folders: ['/q'], known: null };
  expect(await sessionOfPrompt(env, inQ, [entered])).toBe(null);
  expect((await sessionOfPrompt(env, { ...inQ, known: a }, [entered]))?.sessionId).toBe(a);
  expect((await sessionOfPrompt(env, { folders: ['/q', '/p'], known: null }, [entered]))?.sessionId).toBe(a);
  prompted(b, '/p', entered + 10_300, '<command-name>/clear</command-name>');
  expect((await sessionOfPrompt(env, inP, [entered]))?.sessionId).toBe(a);
  expect((await sessionOfPrompt(env, inP, [entered, entered + 10_000]))?.sessionId).toBe(b);
  prompted(c, '/p', entered + 15_000); // nobody pressed Enter here then
  expect((await sessionOfPrompt(env, inP, [entered, entered + 10_000]))?.sessionId).toBe(b);
});
