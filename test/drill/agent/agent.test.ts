import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installSimulatedAgent } from '../../../src/drill/agent/install.ts';
import { type Api, lastPrompt, startApi } from '../../../src/drill/api/api.ts';
import { type FaultName, faults, longTool } from '../../../src/drill/api/faults.ts';
import { call, say } from '../../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../../src/drill/sandbox.ts';
import { startStandIn } from '../../../src/drill/tls-stand-in.ts';
import { gatewayVariables } from '../../../src/drill/world.ts';

let api: Api;
let sandbox: Sandbox;
let terminal: OuterTerminal;
let output: string;

beforeEach(async () => {
  sandbox = createSandbox();
  api = await startApi({ enforceRules: true });
});
afterEach(async () => {
  terminal.kill();
  await terminal.exited;
  await api.stop();
  sandbox.remove();
});

async function start(args: readonly string[] = [], extra: Readonly<Record<string, string>> = {}, url?: null) {
  output = '';
  terminal = openTerminal({
    command: installSimulatedAgent(join(sandbox.root, 'bin')),
    args,
    cwd: sandbox.project,
    env: agentEnvironment(sandbox, url === null ? {} : gatewayVariables(api.url), extra),
    programStatus: true,
  });
  terminal.onOutput((bytes) => {
    output += bytes.toString('utf8');
  });
  if (!args.includes('exits')) await terminal.waitFor('❯');
}

async function submit(prompt: string) {
  terminal.write(prompt);
  await terminal.waitFor(prompt);
  terminal.write('\r');
}

const records = () =>
  sandbox
    .transcripts()
    .flatMap((path) => readFileSync(path, 'utf8').trim().split('\n'))
    .map(
      (line) => JSON.parse(line) as { type: string; uuid?: string; parentUuid?: string; message?: unknown },
    );

describe('a turn', () => {
  test('with a tool ends at the prompt, and every record is linked', async () => {
    await start();
    api.enqueue(call('Bash', { command: 'echo one > made.txt' }), say('All done here.'));
    await submit('make it');
    await terminal.waitFor('All done here.');
    await terminal.waitFor('? for shortcuts');
    expect(readFileSync(join(sandbox.project, 'made.txt'), 'utf8')).toBe('one\n');
    const linked = records().filter(({ uuid }) => uuid);
    expect(linked.map(({ type }) => type)).toEqual(['user', 'assistant', 'assistant', 'user', 'assistant']);
    linked.slice(1).forEach((record, index) => {
      expect(record.parentUuid).toBe(linked[index]?.uuid);
    });
  });

  test('reports its states to a terminal that listens', async () => {
    await start();
    api.enqueue(call('Bash', { command: 'true', description: 'Do nothing' }), say('Over.'));
    await submit('go');
    await terminal.waitFor('Over.');
    await terminal.waitFor('? for shortcuts');
    const states = [...output.matchAll(/\x1b\]7501;state=(\w+)/g)].map((match) => match[1]);
    expect(states).toEqual(['idle', 'working', 'working', 'working', 'done']);
  });

  test('runs a tool whose call is complete while the stream is still open', async () => {
    await start();
    api.enqueue([
      { do: 'start' },
      { do: 'tool', name: 'Bash', input: { command: 'touch early' } },
      { do: 'hang' },
    ]);
    await submit('go');
    await expect.poll(() => existsSync(join(sandbox.project, 'early')), { timeout: 10_000 }).toBe(true);
    expect(records().map(({ type }) => type)).toEqual(['user', 'api-request']);
  });

  test.each<[FaultName, RegExp]>([
    ['error-500', /Internal server error · retrying in \d+s · attempt 1\/10/],
    ['error-529', /Repeated 529 Overloaded errors/],
    ['error-400-pairing', /400 due to tool use concurrency issues/],
    ['error-400-too-long', /Prompt is too long/],
    ['usage-limit', /Request rejected \(429\)/],
    ['reset-at-once', /API error · retrying in 1s · attempt 1\/10/],
    ['close-mid-tool-input', /Connection lost mid-response/],
    ['html-200', /empty or malformed response/],
  ])('on %s shows what the real one shows', async (fault, text) => {
    await start();
    api.respond(() => faults[fault].scenario);
    await submit('go');
    await terminal.waitFor(text);
  });

  test.each<FaultName>([
    'reset-mid-text',
    'close-mid-text',
    'sse-error-mid-text',
    'empty-200',
    'close-after-tool',
  ])('comes to an end by itself after %s', async (fault) => {
    await start();
    api.enqueue(faults[fault].scenario, say('In the end.'), say('In the end.'));
    await submit('go');
    await terminal.waitFor('In the end.');
    await terminal.waitFor('? for shortcuts');
  });
});

describe('keys', () => {
  test('Esc in mid-text keeps what has arrived; a queued message is then sent by itself', async () => {
    await start();
    api.enqueue(faults['dead-mid-text'].scenario, say('Second answer.'));
    await submit('go');
    await terminal.waitFor('sentence that');
    await submit('and then');
    await terminal.waitFor('Queued');
    terminal.write('\x1b');
    await terminal.waitFor('Second answer.');
    await terminal.waitFor('Interrupted · What should Claude do instead?');
    expect(JSON.stringify(api.turns().at(-1)?.body?.messages)).toContain('[Request interrupted by user]');
  });

  test('Esc before any output puts the prompt back; Ctrl+U clears it', async () => {
    await start();
    api.enqueue(faults['no-headers'].scenario);
    await submit('a prompt');
    await api.waitForRequest(({ kind }) => kind === 'main');
    terminal.write('\x1b');
    // In the record and in the box.
    await expect.poll(() => terminal.rows().filter((row) => row === '❯ a prompt')).toHaveLength(2);
    terminal.write('\x15');
    await terminal.waitFor(/^❯$/m);
  });

  test('a bracketed paste stays one message of several lines', async () => {
    await start();
    terminal.write('\x1b[200~one\rtwo\x1b[201~');
    await terminal.waitFor('two');
    terminal.write('\r');
    const request = await api.waitForRequest(({ kind }) => kind === 'main');
    expect(lastPrompt(request)).toBe('one\ntwo');
  });

  test('a permission dialog is silent and takes an answer', async () => {
    sandbox.remove();
    sandbox = createSandbox({ tools: 'ask' });
    await start();
    api.enqueue(call('Bash', { command: 'touch asked' }), say('Thanks.'));
    await submit('go');
    await terminal.waitFor('Do you want to proceed?');
    const before = output.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(output.length).toBe(before);
    terminal.write('1');
    await terminal.waitFor('Thanks.');
    expect(existsSync(join(sandbox.project, 'asked'))).toBe(true);
  });

  test('Ctrl+C twice at the prompt leaves, with the terminal restored', async () => {
    await start();
    terminal.write('\x03');
    terminal.write('\x03');
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    expect(output).toContain('claude --resume');
    for (const mode of ['?1049l', '?2004l', '?1006l', '?25h']) expect(output).toContain(`\x1b[${mode}`);
  });
});

describe('sessions', () => {
  const id = '11111111-2222-4333-8444-555555555555';

  test('resumes with a prompt, and adds a result to a call that has none', async () => {
    await start(['--session-id', id]);
    api.enqueue(longTool(60));
    await submit('do the long thing');
    await expect
      .poll(() => records().filter(({ type }) => type === 'assistant').length, { timeout: 10_000 })
      .toBe(2);
    terminal.kill();
    await terminal.exited;
    await start(['--resume', id, 'You were interrupted.']);
    await terminal.waitFor('Done.');
    const request = api.turns().at(-1);
    expect(request && lastPrompt(request)).toBe('You were interrupted.');
    expect(JSON.stringify(request?.body?.messages)).toContain('Tool call interrupted');
    expect(sandbox.transcripts()).toHaveLength(1);
  });

  test.each([
    ['an unknown session', ['--resume', id, 'exits'], 'No conversation found with session ID'],
    ['a missing settings file', ['--settings', 'nowhere.json', 'exits'], 'Settings file not found'],
  ])('%s ends it with code 1', async (_title, args, message) => {
    await start(args);
    expect((await terminal.exited).code).toBe(1);
    expect(output).toContain(message);
  });

  test('runs the hooks of --settings with the payloads of the real one', async () => {
    const spool = join(sandbox.root, 'spool');
    mkdirSync(spool);
    const hook = [{ hooks: [{ type: 'command', command: `cat > ${spool}/$(date +%s%N)` }] }];
    const names = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'PostToolUse', 'Stop', 'SessionEnd'];
    const hooks = Object.fromEntries(names.map((name) => [name, hook]));
    await start(['--settings', JSON.stringify({ hooks })]);
    api.enqueue(call('Bash', { command: 'true' }), say('Hooked.'));
    await submit('go');
    await terminal.waitFor('Hooked.');
    await terminal.waitFor('? for shortcuts');
    await submit('/exit');
    await terminal.exited;
    const { readdirSync } = await import('node:fs');
    const payloads = readdirSync(spool)
      .sort()
      .map((name) => JSON.parse(readFileSync(join(spool, name), 'utf8')) as Record<string, unknown>);
    expect(payloads.map((payload) => payload.hook_event_name)).toEqual(names);
    expect(new Set(payloads.map((payload) => payload.transcript_path))).toEqual(
      new Set(sandbox.transcripts()),
    );
    expect(payloads[2]?.tool_use_id).toBe(payloads[3]?.tool_use_id);
  });
});

describe('the wire', () => {
  test('goes through an HTTP proxy in absolute form, with its credentials', async () => {
    const proxied = { HTTP_PROXY: api.url.replace('http://', 'http://guard:secret@') };
    await start([], { ...proxied, ANTHROPIC_BASE_URL: 'http://elsewhere.invalid:81' });
    await submit('go');
    const request = await api.waitForRequest(({ kind }) => kind === 'main');
    expect(request.headers).toMatchObject({ host: 'elsewhere.invalid:81' });
    expect(request.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('guard:secret').toString('base64')}`,
    );
  });

  test('goes through CONNECT to the stand-in for the vendor', async () => {
    const standIn = await startStandIn();
    const authority = join(sandbox.root, 'authority.pem');
    standIn.writeAuthority(authority);
    await start([], { HTTPS_PROXY: standIn.proxyUrl, NODE_EXTRA_CA_CERTS: authority }, null);
    await submit('go');
    await terminal.waitFor('Done.');
    expect(standIn.connects).toContain('api.anthropic.com:443');
    await standIn.stop();
  });
});

describe('misbehaviour on demand', () => {
  test('spins once, and ignores SIGTERM', async () => {
    const triggers = join(sandbox.root, 'triggers');
    mkdirSync(triggers);
    await start([], { SIMULATED_AGENT_TRIGGERS: triggers });
    writeFileSync(join(triggers, 'spin'), '');
    await expect.poll(() => existsSync(join(triggers, 'spin')), { timeout: 10_000 }).toBe(false);
    terminal.kill('SIGTERM');
    terminal.write('hello');
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(terminal.text()).not.toContain('hello');
    terminal.kill('SIGKILL');
    expect((await terminal.exited).signal).toBe(9);
  });

  test('exits at once with the given code', async () => {
    await start(['exits'], { SIMULATED_AGENT: 'exit=7' });
    expect((await terminal.exited).code).toBe(7);
  });
});
