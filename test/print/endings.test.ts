/**
 * How a run in print mode ends, whatever the agent does: one answer, one exit code, no second request after a good one.
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { scripted } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const streamJson = ['--output-format', 'stream-json', '--verbose'] as const;
const init = '{"type":"system","subtype":"init","session_id":"11111111-1111-4111-8111-111111111111"}';
const good = '{"type":"result","subtype":"success","is_error":false,"result":"All of it."}';
const bad =
  '{"type":"result","subtype":"success","is_error":true,"terminal_reason":"api_error","result":"API Error: 403"}';

const answers = [
  ['text', ['-p', 'hello'], 'All of it.'],
  ['json', ['-p', 'hello', '--output-format', 'json'], good],
  ['stream-json', ['-p', 'hello', ...streamJson], good],
] as const;

describe('a good answer is final', () => {
  test.each(answers)(
    '%s is passed on while the agent lingers, and its death changes nothing',
    async (...it) => {
      const [, args, answer] = it;
      const { run, starts, status, incidents } = await scripted(`echo '${answer}'; exec sleep 60`);
      const { ended, stdout } = run({ args });
      await until('the answer is there', () => stdout() === `${answer}\n`);
      await until('the guard names its agent', () => Boolean(status()?.agent_pid));
      process.kill(status()?.agent_pid ?? process.pid, 'SIGKILL');
      expect(await ended).toMatchObject({ code: 0, signal: null, stdout: `${answer}\n` });
      expect(starts()).toBe(1);
      expect(incidents()).toEqual([]);
    },
  );

  test.each(answers)('%s counts although its agent crashes at once', async (...it) => {
    const [, args, answer] = it;
    const { run, starts, incidents } = await scripted(`record "$@"; echo '${answer}'; kill -SEGV $$`);
    expect(await run({ args }).ended).toMatchObject({ code: 0, signal: null, stdout: `${answer}\n` });
    expect(starts()).toBe(1);
    expect(incidents()).toEqual([]);
  });

  test('an agent that then runs a hook of its own is left alone', async () => {
    const { run, incidents } = await scripted(`echo '${good}'; sleep 8; echo over >"$home/over"`);
    const settings = { GUARDED_CLAUDE_FROZEN_UI_TIMEOUT_MS: '1000' };
    const world = run({ args: ['-p', 'hello', ...streamJson], settings });
    expect(await world.ended).toMatchObject({ code: 0, stdout: `${good}\n` });
    expect(incidents()).toEqual([]);
  });

  test('its exit code is kept', async () => {
    const { run } = await scripted(`echo '${good}'; exit 3`);
    expect(await run({ args: ['-p', 'hello', ...streamJson] }).ended).toMatchObject({ code: 3 });
  });
});

describe('an error is not a success', () => {
  test.each([
    ['json', ['-p', 'hello', '--output-format', 'json']],
    ['stream-json', ['-p', 'hello', ...streamJson]],
  ])('%s with is_error and exit code 0', async (_, args) => {
    const { run, starts } = await scripted(`echo '${bad}'; exit 0`);
    expect(await run({ args }).ended).toMatchObject({ code: 1, stdout: `${bad}\n` });
    expect(starts()).toBe(1);
  });
});

test('an agent that is started again gets no more permissions than the one before it had', async () => {
  const planning = init.replace('}', ',"permissionMode":"plan"}');
  const { run, sandbox } = await scripted(`echo "$*" >>"$home/calls"
[ "$start" = 1 ] || exec echo '${good}'
echo '${planning}'; kill -SEGV $$`);
  const args = ['-p', 'hello', '--dangerously-skip-permissions', ...streamJson];
  expect(await run({ args }).ended).toMatchObject({ code: 0 });
  const calls = readFileSync(join(sandbox.home, 'calls'), 'utf8');
  expect(calls.match(/--permission-mode \w+|--dangerously\S*/g)).toEqual([
    '--dangerously-skip-permissions',
    '--permission-mode plan',
  ]);
});

describe('an agent that crashes at every start', () => {
  test.each([
    ['before its first words', 'kill -SEGV $$', ['-p', 'hello'], 139, 'SIGSEGV'],
    [
      'after its first words',
      `echo '${init}'; exit 139`,
      ['-p', 'hello', ...streamJson],
      139,
      'exit code 139',
    ],
  ])('%s is started once more, and that is the end', async (_, body, args, code, words) => {
    const { run, starts, incidents } = await scripted(body);
    const end = await run({ args }).ended;
    expect(end.code).toBe(code);
    expect(end.stderr).toContain(words);
    expect(end.stderr).toContain('2.1.329');
    expect(starts()).toBe(2);
    expect(incidents()).toMatchObject([{ outcome: 'gave_up' }]);
  });
});

describe('an agent that was interrupted', () => {
  test('and the next one refuses: the guard gives up, with its code', async () => {
    const { run, starts, incidents } = await scripted(
      '[ $start = 1 ] && record "$@" && kill -KILL $$; echo "No conversation found" >&2; exit 1',
    );
    const end = await run().ended;
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toContain('No conversation found');
    expect(starts()).toBe(2);
    expect(incidents()).toMatchObject([{ class: 'agent-gone', outcome: 'gave_up' }]);
  });

  test('and the next one does nothing and reports success: not a success', async () => {
    const { run, starts, incidents } = await scripted(
      '[ $start = 1 ] && record "$@" && kill -KILL $$; exit 0',
    );
    const end = await run().ended;
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toMatch(/To go on: env GUARDED_CLAUDE_COMMAND=\S+ .*guarded-claude .*--resume /);
    expect(starts()).toBe(2);
    expect(incidents()).toMatchObject([{ class: 'agent-gone', outcome: 'gave_up' }]);
  });

  test('while its file is being replaced: the guard waits for the new one', async () => {
    const { run, agent, incidents } = await scripted(
      '[ $start = 1 ] && record "$@" && mv "$0" "$0.away" && kill -KILL $$; echo All of it.',
    );
    const { ended } = run();
    await until('the file is away', () => existsSync(`${agent}.away`));
    await sleep(2_500); // as long as an update takes
    renameSync(`${agent}.away`, agent);
    expect(await ended).toMatchObject({ code: 0, stdout: 'All of it.\n' });
    expect(incidents()).toMatchObject([{ class: 'agent-gone', outcome: 'recovered' }]);
  });

  const hosts = ['-p', '--input-format', 'stream-json', ...streamJson];
  const prompt = '{"type":"user","message":{"role":"user","content":"hello"}}';
  const initialize = '{"type":"control_request","request_id":"1","request":{"subtype":"initialize"}}';
  const initialized = '{"type":"control_response","response":{"subtype":"success","request_id":"1"}}';
  const begins = `'{"type":"system","subtype":"init","session_id":"'$id'"}'`;
  const permission = '{"type":"control_request","request_id":"p1","request":{"subtype":"can_use_tool"}}';

  test('from a host: the next one is asked the same, and the host gets each answer once', async () => {
    const { run, sandbox, starts } = await scripted(`
if [ $start = 1 ]; then
  read -r one; echo '${initialized}'; read -r two; record "$@"; echo ${begins}; echo '${permission}'
  kill -KILL $$
fi
while read -r line; do
  printf '%s\\n' "$line" >>"$home/told"
  case $line in
    *'"request_id":"1"'*) echo '${initialized}' ;;
    *'"type":"user"'*) echo ${begins}; echo '${good}' ;;
  esac
done`);
    const { child, ended, stdout } = run({ args: hosts, input: 'open' });
    child.stdin?.write(`${initialize}\n${prompt}\n`);
    await until('the answer is there', () => stdout().includes(good));
    child.stdin?.write('{"type":"control_response","response":{"subtype":"success","request_id":"p1"}}\n'); // late
    child.stdin?.end();
    const { code, stdout: printed } = await ended;
    const withdrawn = '{"type":"control_cancel_request","request_id":"p1"}';
    expect({ code, lines: printed.trim().split('\n') }).toEqual({
      code: 0,
      lines: [initialized, expect.stringContaining('init'), permission, withdrawn, good],
    });
    expect(starts()).toBe(2);
    const told = readFileSync(join(sandbox.home, 'told'), 'utf8').trim().split('\n');
    expect(told).toEqual([initialize, expect.stringContaining('interrupted')]);
  });

  test('from a host that asks in an unknown form: the guard gives up at once, even while the network is down', async () => {
    const { run, api, starts, incidents } = await scripted('read -r one; read -r two; kill -KILL $$');
    await api.stop();
    const { child, ended } = run({ args: hosts, input: 'open' });
    child.stdin?.write(`${initialize.replace('request_id', 'request_number')}\n${prompt}\n`);
    const end = await ended;
    expect(end.code).toBe(137);
    expect(end.stderr).toContain('that this guard does not know');
    expect(end.stderr).not.toContain('waiting');
    expect(starts()).toBe(1);
    expect(incidents()).toMatchObject([{ outcome: 'gave_up' }]);
  });

  test.each([
    ['as an argument', ['-p', 'hello', ...streamJson], ''],
    ['on standard input', ['-p', ...streamJson], 'hello'],
  ])('with nothing on record, its prompt %s: what is not known is said', async (_, args, input) => {
    const { run, sandbox } = await scripted(`
[ $start = 1 ] && echo '${init}' && kill -KILL $$
{ echo "$@"; cat; } >"$home/told"
echo '${good}'`);
    const { code, stdout } = await run({ args, input }).ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${init}\n${good}\n` });
    const told = readFileSync(join(sandbox.home, 'told'), 'utf8');
    expect(told).toContain('interrupted');
    expect(told).toContain('could not be observed');
    expect(told).toContain('hello');
  });
});

test('an agent that is stopped before its first turn is continued', async () => {
  const { run, incidents } = await scripted('kill -STOP $$; echo All of it.');
  expect(await run().ended).toMatchObject({ code: 0, stdout: 'All of it.\n' });
  expect(incidents()).toMatchObject([{ class: 'stopped' }]);
});

test('a guard that is told to end while it stops an agent starts no other', async () => {
  const { run, starts, status, command } = await scripted(`
record "$@"
[ $start = 1 ] || exec echo All of it.
trap '' TERM
while :; do sleep 0.1; done`);
  const { child, ended } = run();
  await until('the guard names its agent', () => Boolean(status()?.agent_pid));
  command('relaunch');
  await until('the agent is being stopped', () => status()?.message === 'stopping the agent');
  child.kill('SIGTERM');
  const { code, stderr } = await ended;
  expect({ code, starts: starts() }).toEqual({ code: 143, starts: 1 });
  expect(stderr).toContain('SIGTERM');
});

describe('pipes', () => {
  test('an answer of 200 KiB and an immediate end: all of it is passed on', async () => {
    const { run } = await scripted('head -c 204800 /dev/zero | tr "\\0" x; echo');
    const { code, stdout } = await run().ended;
    expect({ code, length: stdout.length }).toEqual({ code: 0, length: 204_801 });
  });

  test('an agent that dies while much input is on its way', async () => {
    const { run, starts } = await scripted('head -c 4096 >/dev/null; exit 3');
    const { code, stderr } = await run({ args: ['-p'], input: Buffer.alloc(1_048_576, 'x') }).ended;
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(starts()).toBe(1);
  });

  test('a reader that stops reading', async () => {
    const { run } = await scripted('i=0; while [ $i -lt 2000 ]; do echo "line $i of many"; i=$((i+1)); done');
    const { child, ended } = run({ args: ['-p', 'hello', ...streamJson] });
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test.runIf(process.platform === 'linux')('an output that cannot be written is no success', async () => {
    const { run } = await scripted('echo All of it.');
    const full = openSync('/dev/full', 'w');
    const { ended } = run({ stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^guarded-claude: the output is incomplete: ENOSPC.*\n$/);
  });

  test('no input at all', async () => {
    const { run } = await scripted('cat >/dev/null; echo All of it.');
    const { ended } = run({ stdio: ['ignore', 'pipe', 'pipe'] });
    expect(await ended).toMatchObject({ code: 0, stdout: 'All of it.\n' });
  });
});
