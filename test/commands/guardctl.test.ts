import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/commands/table.ts';
import { temporaryFolder } from '../support/folder.ts';
import { launcher, makeHome } from '../support/guardctl.ts';

const repository = join(import.meta.dirname, '../..');

describe('help', () => {
  test.each([[[]], [['help']], [['help', 'help']], [['--help']], [['-h']]])(
    '%j lists every command',
    async (args: string[]) => {
      const { code, stdout } = await makeHome().run(...args);
      expect(code).toBe(0);
      for (const { name, help } of commands) {
        expect(stdout).toContain(`  ${name} `);
        expect(stdout).toContain(help);
      }
    },
  );

  test.each(commands.map(({ name, usage }) => [name, usage]))('of %s', async (name, usage) => {
    const home = makeHome();
    const direct = await home.run(name, '--help');
    expect(direct).toEqual(await home.run('help', name));
    expect(direct).toMatchObject({ code: 0, stdout: expect.stringContaining(`guardctl ${name} ${usage}`) });
  });

  test('version', async () => {
    const { version } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8'));
    expect(await makeHome().run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('misunderstandings: exit 2, a hint on stderr, nothing on stdout', () => {
  test.each([
    [['sesions'], 'did you mean sessions?'],
    [['qqqqqq'], 'is not a command\nTry: guardctl help'],
    [['sessions', '--jsn'], 'did you mean --json?'],
    [['sessions', 'x'], '"x" is an unexpected argument'],
    [['sessions', '--json=1'], '--json takes no value'],
    [['report'], 'which incident?'],
    [['config', 'st', 'a', 'b'], 'neither get, set nor path'],
    [['config', 'get'], 'an argument is missing'],
    [['config', 'get', 'tunel'], 'did you mean tunnel?'],
    [['config', 'set', 'tunnel', 'maybe'], 'senses.tunnel must be on, off, true, false, 1 or 0'],
    [['config', 'path', 'x'], 'too many arguments'],
  ])('%j', async (args, hint) => {
    const { code, stdout, stderr } = await makeHome().run(...args);
    expect(stderr).toContain(hint);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test.each([['incidents'], ['report'], ['health']])('%s of something unknown: exit 3', async (command) => {
  expect(await makeHome().run(command, 'none')).toMatchObject({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('"none"'),
  });
});

test('a reader that goes away is no error', () => {
  const { env } = makeHome();
  const script = `{ node "$0" config --json; echo $? >&2; } | true`;
  const { stderr } = spawnSync('bash', ['-c', script, launcher], { env, encoding: 'utf8' });
  expect(stderr).toBe('0\n');
});

describe('the launcher', () => {
  /** A checkout with the launchers and one source file. */
  function checkout(files: Record<string, string>) {
    const folder = temporaryFolder();
    cpSync(join(repository, 'bin'), join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"9.9.9"}');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const run = () =>
      spawnSync(process.execPath, [join(folder, 'bin/guardctl.js'), 'x'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH },
      });
    return { folder, run };
  }
  const build = `import { mkdirSync, writeFileSync } from 'node:fs';
    console.log('compiling');
    mkdirSync(new URL('../dist', import.meta.url));
    writeFileSync(new URL('../dist/guardctl.cjs', import.meta.url), 'console.log("built", process.argv[2])');`;

  test('builds a fresh checkout once, and keeps stdout clean', () => {
    const { folder, run } = checkout({ 'src/x': '', 'scripts/build.js': build });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(repository, 'node_modules/typescript'), join(folder, 'node_modules/typescript'));
    expect(run()).toMatchObject({ status: 0, stdout: 'built x\n', stderr: 'compiling\n' });
    expect(run()).toMatchObject({ status: 0, stdout: 'built x\n', stderr: '' });
  });

  test('says what is missing', () => {
    expect(checkout({ 'src/x': '', 'scripts/build.js': build }).run()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('run "npm ci"'),
    });
    const bare = checkout({});
    expect(bare.run()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('install the package again'),
    });
    expect(existsSync(join(bare.folder, 'dist'))).toBe(false);
  });
});
