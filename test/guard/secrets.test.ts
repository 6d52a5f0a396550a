/**
 * Markers are put into everything private: credentials, what is typed, shown, said and set. After an incident, a
 * relaunch and the guard's end, none of the guard's files contains a marker, except the snapshot beside the
 * conversation.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { call, say } from '../../src/drill/api/scenario.ts';
import { environmentOf } from '../../src/platform/process-table.ts';
import { readIncidents } from '../../src/records/incidents.ts';
import { temporaryFolder } from '../support/folder.ts';
import { expectCleanDeath, openStruck, type Struck } from '../support/struck.ts';
import { until } from '../support/until.ts';

const channels = [
  ...['key', 'authtoken', 'header', 'proxyname', 'proxypassword', 'collector', 'command', 'usersettings'],
  ...['givensettings', 'prompt', 'givenfile', 'draft', 'answer', 'toolcommand', 'tooloutput', 'variable'],
] as const;
const mark = (channel: (typeof channels)[number]) => `mark${channel}7Q`;

/** What a shell makes of `<(echo TEXT)`. */
function readOnce(text: string): string {
  const path = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [path]);
  const writer = spawn('sh', ['-c', 'echo "$2" >"$1"', 'sh', path, text], { stdio: 'ignore' });
  onTestFinished(() => void writer.kill('SIGKILL'));
  return path;
}

async function markedGuard(): Promise<Struck> {
  const given = JSON.stringify({ env: { MINE: mark('givensettings') } });
  const struck = await openStruck({
    args: ['--settings', given, '--mcp-config', readOnce(JSON.stringify({ given: mark('givenfile') }))],
    settings: {
      ANTHROPIC_API_KEY: `sk-ant-api03-${mark('key')}`,
      ANTHROPIC_AUTH_TOKEN: mark('authtoken'),
      ANTHROPIC_CUSTOM_HEADERS: `x-mine: ${mark('header')}`,
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9/v1/metrics',
      OTEL_EXPORTER_OTLP_HEADERS: `authorization=${mark('collector')}`,
      GUARDED_CLAUDE_ON_INCIDENT: `: ${mark('command')}`,
      ANY_VARIABLE: mark('variable'),
    },
    variables({ env, sandbox }) {
      const credentials = `http://${mark('proxyname')}:${mark('proxypassword')}@`;
      const runtime = join(sandbox.root, 'runtime');
      mkdirSync(runtime, { mode: 0o700 });
      const settings = join(sandbox.configDir, 'settings.json');
      const own: unknown = JSON.parse(readFileSync(settings, 'utf8'));
      writeFileSync(settings, JSON.stringify({ ...(own as object), env: { THEIRS: mark('usersettings') } }));
      return {
        XDG_RUNTIME_DIR: runtime,
        GUARDED_CLAUDE_METRICS_FILE: join(sandbox.stateHome, 'guarded.prom'),
        HTTPS_PROXY: env.HTTPS_PROXY?.replace('http://', credentials) ?? '',
        HTTP_PROXY: env.HTTP_PROXY?.replace('http://', credentials) ?? '',
      };
    },
  });
  await struck.terminal.waitFor('❯');
  await until('the guard names its agent', () => Boolean(struck.status()?.agent_pid));
  return struck;
}

/** A command runs and says its mark, the agent is killed in it, and the next one takes the turn up. */
async function incident(struck: Struck): Promise<void> {
  const { api, terminal, state } = struck;
  const loop = `for i in $(seq 60); do sleep 1; done; : ${mark('toolcommand')}`;
  api.enqueue(call('Bash', { command: `echo ${mark('tooloutput')}`, description: 'Say it' }));
  api.enqueue(call('Bash', { command: loop, description: 'Wait' }));
  api.respond(() => say(`Done: ${mark('answer')}`));
  await struck.submit(`please do it ${mark('prompt')}`);
  await terminal.waitFor('for i in');
  const agent = struck.status()?.agent_pid ?? 0;
  process.kill(agent, 'SIGKILL');
  await terminal.waitFor(mark('answer'), 40_000);
  await until('it is over', () => readIncidents(state).some(({ outcome }) => outcome === 'recovered'));
  terminal.write(mark('draft'));
  await terminal.waitFor(mark('draft'));
}

/** All files below these folders with what they hold, one character per byte. */
function filesIn(folders: readonly string[]): readonly (readonly [string, string])[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
      .map((path) => [path, readFileSync(path, 'latin1')] as const),
  );
}

/** The ways in which a secret may be written down. */
const forms = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  ...[0, 1, 2].map((shift) =>
    Buffer.from(`${'x'.repeat(shift)}${secret}`)
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  ),
];

function expectNoSecrets({ sandbox, temporary, env }: Struck, token: string): void {
  const files = filesIn([sandbox.stateHome, temporary, env.XDG_RUNTIME_DIR ?? '']);
  expect(
    files.map(([path]) => path).filter((path) => /status\.json|journal\.jsonl|incidents\.jsonl/.test(path))
      .length,
  ).toBeGreaterThanOrEqual(3);
  for (const secret of [...channels.map(mark), token])
    for (const form of forms(secret))
      expect(
        files.filter(([, text]) => text.includes(form)).map(([path]) => path),
        `${secret} as ${form}`,
      ).toEqual([]);
  // Beside the conversation the guard writes the snapshot, and its repair keeps the original.
  const names = readdirSync(join(sandbox.configDir, 'projects'), { recursive: true, encoding: 'utf8' });
  for (const name of names)
    if (name.includes('.')) expect(name).toMatch(/(\.jsonl|\.recovery\.json|\.jsonl\.before-repair-[\w-]+)$/);
}

function tokenOf(struck: Struck): string {
  const proxy = environmentOf(struck.status()?.agent_pid ?? 0).find((word) =>
    word.startsWith('HTTPS_PROXY='),
  );
  return new URL(proxy?.slice('HTTPS_PROXY='.length) ?? '').password;
}

test.runIf(process.platform === 'linux')('no marker is left when the guard is killed', async () => {
  const struck = await markedGuard();
  const token = tokenOf(struck);
  expect(token.length).toBeGreaterThan(20);
  await incident(struck);
  struck.terminal.kill();
  await struck.terminal.exited;
  await expectCleanDeath(struck);
  expectNoSecrets(struck, token);
});

test.runIf(process.platform === 'linux' && process.env.NIGHTLY)(
  'no marker is left when the person leaves',
  async () => {
    const struck = await markedGuard();
    const token = tokenOf(struck);
    await incident(struck);
    struck.terminal.write('\x03'); // takes the draft
    await until('the agent is at rest', () => struck.status()?.state === 'idle');
    struck.terminal.write('\x03\x03');
    await struck.terminal.exited;
    await expectCleanDeath(struck);
    expectNoSecrets(struck, token);
  },
);
