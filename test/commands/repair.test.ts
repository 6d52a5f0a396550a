import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startTimeOf } from '../../src/platform/process-identity.ts';
import { textOf } from '../agents/claude-code/transcript/transcripts.ts';
import { type Home, makeHome } from '../support/guardctl.ts';
import { placeStatus } from '../support/status.ts';

const id = '0d0b1c1e-0000-4000-8000-000000000000';
const damaged = textOf('329-exec-killed');

function place(home: Home, content: string): string {
  const path = join(home.folder, '.claude', 'projects', '-p', `${id}.jsonl`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

test('a dry run says in plain words what is wrong and what would be done, and touches nothing', async () => {
  const home = makeHome();
  const path = place(home, damaged);
  const { code, stdout } = await home.run('repair', id, '--dry-run');
  expect(code).toBe(0);
  expect(stdout).toContain(
    'one tool call has no result: given a result that says: interrupted, outcome unknown',
  );
  expect(stdout).toMatch(
    /A resume finds \d+ of \d+ messages; after the repair \d+ of \d+\.\nNothing was written\./,
  );
  expect(readFileSync(path, 'utf8')).toBe(damaged);
  expect(readdirSync(dirname(path))).toHaveLength(1);
});

test('by session, run or file; the original is kept, and a second time there is nothing to do', async () => {
  const home = makeHome();
  const path = place(home, damaged);
  placeStatus(home.state, { run: 'a-run', session_id: id });
  const outcome = await home.json('repair', 'a-run', '--json');
  expect(outcome).toMatchObject({
    file: path,
    result: 'repaired',
    findings: [{ kind: 'open call', count: 1 }],
    messages_before: { reachable: expect.any(Number), total: expect.any(Number) },
    writer_pid: null,
    detail: null,
  });
  const { backup } = outcome as { backup: string };
  expect(readFileSync(backup, 'utf8')).toBe(damaged);
  expect((await home.run('repair', path)).stdout).toContain('Nothing to repair; the file was not touched.');
});

test('a conversation that a living process has open is left alone, and the process is named', async () => {
  const home = makeHome();
  const path = place(home, damaged);
  mkdirSync(join(home.folder, '.claude', 'sessions'));
  writeFileSync(
    join(home.folder, '.claude', 'sessions', `${process.pid}.json`),
    JSON.stringify({ pid: process.pid, sessionId: id, procStart: startTimeOf(process.pid) }),
  );
  const { code, stdout } = await home.run('repair', id);
  expect(code).toBe(1);
  expect(stdout).toContain(`Not repaired: process ${process.pid} is using this conversation. End it first.`);
  expect(readFileSync(path, 'utf8')).toBe(damaged);
});

test('a file that is no conversation is left alone, and that is said', async () => {
  const home = makeHome();
  const path = join(home.folder, 'notes.md');
  writeFileSync(path, '# Notes\n\nNot to be lost.\n');
  const { code, stdout } = await home.run('repair', path);
  expect([code, stdout]).toEqual([1, `${path}\nNot repaired: it holds no record of a conversation.\n`]);
  expect(readFileSync(path, 'utf8')).toBe('# Notes\n\nNot to be lost.\n');
});

/** A process that passes for an agent without a record of itself, as a guard does, in the conversation's folder. */
async function titledClaude(home: Home): Promise<number> {
  const title = `process.title = 'claude'; console.log('up'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', title], {
    cwd: home.folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test.skipIf(process.platform !== 'linux').each([
  ['another conversation', 'aaaaaaaa-0000-4000-8000-000000000000', 'repaired'],
  ['this conversation', id, 'busy'],
  ['nobody knows which conversation', null, 'busy'],
])('a guard and its old agent in the same folder, in %s', async (_name, session_id, result) => {
  const home = makeHome();
  place(home, damaged.replaceAll('"/lab/proj"', JSON.stringify(realpathSync(home.folder))));
  const [pid, agent_pid] = [await titledClaude(home), await titledClaude(home)];
  placeStatus(home.state, { session_id, pid, start_time: startTimeOf(pid) ?? '', agent_pid, state: 'idle' });
  const { stdout } = await home.run('repair', id, '--json');
  expect(JSON.parse(stdout)).toMatchObject({ result });
});

const elsewhere = { place: 'another machine entirely', state: 'idle' } as const;

test.skipIf(process.platform !== 'linux')('a conversation that is open elsewhere is left alone', async () => {
  const home = makeHome();
  const path = place(home, damaged);
  placeStatus(home.state, { ...elsewhere, session_id: id });
  const { code, stderr } = await home.run('repair', id);
  expect(code).toBe(1);
  expect(stderr).toMatch(/a guard on another machine or in another container .*has this conversation open/);
  expect(readFileSync(path, 'utf8')).toBe(damaged);
  expect((await home.run('repair', id, '--dry-run')).stdout).toContain('Nothing was written.');
});

test.skipIf(process.platform !== 'linux')('a pid of elsewhere does not excuse an agent here', async () => {
  const home = makeHome();
  place(home, damaged.replaceAll('"/lab/proj"', JSON.stringify(realpathSync(home.folder))));
  const agent_pid = await titledClaude(home);
  placeStatus(home.state, { ...elsewhere, session_id: 'aaaaaaaa-0000-4000-8000-000000000000', agent_pid });
  expect(JSON.parse((await home.run('repair', id, '--json')).stdout)).toMatchObject({ result: 'busy' });
});

test.each([
  [[], 'name a session or a conversation file'],
  [['no-such-session'], 'no conversation file of a session "no-such-session"'],
  [['./no-such-file.jsonl'], 'no file '],
  [['/etc'], '/etc is a folder; name a session, or a conversation file'],
  [['/dev/null'], '/dev/null is no file that can be repaired; name a session, or a conversation file'],
])('%j: said plainly', async (args, message) => {
  const { code, stderr } = await makeHome().run('repair', ...args);
  expect(code).not.toBe(0);
  expect(stderr).toContain(message);
});
