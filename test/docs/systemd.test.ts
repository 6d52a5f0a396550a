/** The example unit is one that systemd accepts, and its script tells systemd the truth. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findCommand } from '../../src/commands/table.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launcher as guardctl } from '../support/guardctl.ts';

const examples = fileURLToPath(new URL('../../docs/examples', import.meta.url));
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

test.skipIf(!hasSystemd)('systemd-analyze finds nothing wrong with the unit', () => {
  const folder = temporaryFolder();
  const script = join(folder, 'watched-agent.sh');
  copyFileSync(join(examples, 'watched-agent.sh'), script);
  chmodSync(script, 0o755);
  const unit = join(folder, 'watched-agent.service');
  const text = readFileSync(join(examples, 'watched-agent.service'), 'utf8');
  // Only what a machine must bring along is replaced: the installed script.
  writeFileSync(unit, text.replace('/usr/local/bin/watched-agent.sh', script));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect(stderr.split('\n').filter((line) => line.includes('watched-agent'))).toEqual([]);
  expect(status).toBe(0);
});

test.skipIf(!hasSystemd)('nor with that of the tunnel service', () => {
  const folder = temporaryFolder();
  const unit = join(folder, 'guarded-claude-tunnel.service');
  const text = readFileSync(join(examples, 'guarded-claude-tunnel.service'), 'utf8');
  writeFileSync(unit, text.replace('/usr/local/bin/guardctl', guardctl));
  const words = ['verify', '--user', '--man=no', unit];
  const env = { ...process.env, XDG_RUNTIME_DIR: folder };
  const { status, stderr } = spawnSync('systemd-analyze', words, { encoding: 'utf8', env });
  expect(stderr.split('\n').filter((line) => line.includes('guarded-claude'))).toEqual([]);
  expect(status).toBe(0);
});

test('the unit and the launch agent of the tunnel service run a command that exists', () => {
  const read = (name: string) => readFileSync(join(examples, `guarded-claude-tunnel.${name}`), 'utf8');
  const [, unit = ''] = /^ExecStart=(.*)$/m.exec(read('service')) ?? [];
  const [, plist = ''] = /<array>([^<]*(?:<string>[^<]*<\/string>\s*)+)<\/array>/.exec(read('plist')) ?? [];
  const agent = [...plist.matchAll(/<string>(.*)<\/string>/g)].map(([, word]) => word);
  expect(unit.split(' ')).toEqual(agent);
  const [command = '', name = '', option = ''] = unit.split(' ');
  expect(command).toMatch(/\/guardctl$/);
  expect(findCommand(name)?.options).toContain(option);
});

/** Runs the script among stand-ins for the commands that it calls. @returns its end and what systemd was told. */
async function runScript(health: number, agent: string, signal: NodeJS.Signals | null) {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const told = join(folder, 'told');
  writeFileSync(told, '');
  const commands = {
    'guarded-claude': agent,
    guardctl: `exit ${health}`,
    'systemd-notify': `echo "$1" >>'${told}'`,
  };
  for (const [name, body] of Object.entries(commands))
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH}`, WATCHDOG_USEC: '3000000' };
  const child = spawn(join(examples, 'watched-agent.sh'), ['-p', 'go'], { env, stdio: 'ignore' });
  if (signal !== null) {
    while (readFileSync(told, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill(signal);
  }
  const code = await new Promise((resolve) => child.once('exit', resolve));
  return { code, told: readFileSync(told, 'utf8').split('\n').filter(Boolean) };
}

test('the watchdog is fed while the session is well, and the agent’s code is passed on', async () => {
  const { code, told } = await runScript(0, 'sleep 2.5; exit 7', null);
  expect(code).toBe(7);
  expect(told[0]).toBe('--ready');
  expect(told).toContain('WATCHDOG=1');
});

test('it is not fed when the session needs help', async () => {
  const { code, told } = await runScript(1, 'sleep 2.5', null);
  expect({ code, told }).toEqual({ code: 0, told: ['--ready'] });
});

test('a request to end goes to the agent, and its end is waited for', async () => {
  const agent = 'trap "sleep 0.3; exit 143" TERM; while :; do sleep 0.1; done';
  const { code } = await runScript(0, agent, 'SIGTERM');
  expect(code).toBe(143);
});
