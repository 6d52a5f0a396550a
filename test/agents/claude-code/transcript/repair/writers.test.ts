import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { claudeCodeRepairer } from '../../../../../src/agents/claude-code/transcript/repair/repair.ts';
import { repairFile } from '../../../../../src/agents/common/repair.ts';
import { startTimeOf } from '../../../../../src/platform/process-identity.ts';
import { textOf } from '../transcripts.ts';

const id = randomUUID();
const damaged = textOf('329-exec-killed');
let root = '';
let path = '';

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'guarded-writers-')));
  mkdirSync(join(root, 'sessions'));
  mkdirSync(join(root, 'projects', '-p'), { recursive: true });
  path = join(root, 'projects', '-p', `${id}.jsonl`);
  writeFileSync(path, damaged);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const repair = (thorough = false) =>
  repairFile(path, claudeCodeRepairer, {
    now: 0,
    reconnect: false,
    byHand: false,
    version: null,
    resultTexts: new Map(),
    dryRun: false,
    thorough,
  });
const note = (pid: number, fields: object) =>
  writeFileSync(join(root, 'sessions', `${pid}.json`), JSON.stringify({ pid, sessionId: id, ...fields }));

test('an agent in the conversation is found by its own record, and only while it lives', async () => {
  note(process.pid, { procStart: startTimeOf(process.pid) });
  expect(await claudeCodeRepairer.findAgent(path, [])).toBe(process.pid);
  note(process.pid, { procStart: 'of another process' });
  expect(await claudeCodeRepairer.findAgent(path, [])).toBe(
    process.platform === 'linux' ? null : process.pid,
  );
});

describe('a file that a living process writes is never touched', () => {
  test('an agent records that it is in this session', async () => {
    note(process.pid, { procStart: startTimeOf(process.pid) });
    expect(await repair()).toMatchObject({ result: 'busy', writer: { pid: process.pid, certain: true } });
    expect(readFileSync(path, 'utf8')).toBe(damaged);
  });

  test.skipIf(process.platform !== 'linux')('a process has it open', async () => {
    const child = spawn(
      process.execPath,
      [
        '-e',
        `require('fs').openSync(process.argv[1], 'a'); console.log('open'); setInterval(() => {}, 1000)`,
        path,
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(child.stdout, 'data');
    try {
      expect(await repair()).toMatchObject({ result: 'busy', writer: { pid: child.pid, certain: true } });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(await repair()).toMatchObject({ result: 'repaired' });
  });

  test.skipIf(process.platform !== 'linux')(
    'an old agent in the same folder, which does not record its session: only for a person who asks',
    async () => {
      writeFileSync(path, damaged.replaceAll('"/lab/proj"', JSON.stringify(root)));
      const child = spawn(
        process.execPath,
        ['-e', `process.title = 'claude'; console.log('up'); setInterval(() => {}, 1000)`],
        {
          cwd: root,
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await once(child.stdout, 'data');
      try {
        expect(await repair(true)).toMatchObject({
          result: 'busy',
          writer: { pid: child.pid, certain: false },
        });
        // The agent is in another session, and records that.
        note(child.pid as number, { sessionId: 'another', procStart: startTimeOf(child.pid as number) });
        expect(await repair(true)).toMatchObject({ result: 'repaired' });
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  );
});

describe('and is repaired when no process writes it', () => {
  test('the process is gone', async () => {
    note(4_194_000, {});
    expect(await repair()).toMatchObject({ result: 'repaired' });
  });
  test.skipIf(process.platform !== 'linux')('a process only reads it', async () => {
    const child = spawn('tail', ['-f', path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    try {
      expect(await repair()).toMatchObject({ result: 'repaired' });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });
  test.skipIf(process.platform !== 'linux')('its pid was reused', async () => {
    note(process.pid, { procStart: '1' });
    expect(await repair()).toMatchObject({ result: 'repaired' });
  });
});
