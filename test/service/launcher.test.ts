/** The launcher in front of a real process: it becomes the command, with or without an address. */
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandLine, environmentOf } from '../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { ownMark } from '../../src/platform/run-mark.ts';
import { farServer } from '../tunnel/support.ts';
import { launcherBin, makeUser, statusThrough } from './support.ts';

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === 'linux';
const nobody = 65_534;

/** Prints its environment and its input, and ends with 7. */
const asItIs = ['/bin/sh', '-c', 'env; cat; exit 7'];

test('a session has an address of its own, and goes through it', async () => {
  const port = await farServer((socket) => void socket.write('hello'));
  const user = makeUser();
  await user.served();
  const one = await user.session(`127.0.0.1:${port}`);
  const two = await user.session(`127.0.0.1:${port}`);
  await one.saw(/answer hello/);
  await two.saw(/answer hello/);
  expect(one.proxy().port).toBe(two.proxy().port);
  expect(one.proxy().password).not.toBe(two.proxy().password);
  expect((await user.status()).sessions.map(({ pid }) => pid).sort()).toEqual([one.pid, two.pid].sort());
  expect(await one.end()).toBe(7);
});

test.runIf(isLinux)('several at once without a service: one is started for all', async () => {
  const user = makeUser();
  const script = (n: string) => `echo "${n} has <$HTTPS_PROXY>"; exec sleep 20`;
  const ends = ['1', '2', '3'].map((n) => user.launch(['/bin/sh', '-c', script(n)]));
  for (const end of ends) await end.saw(/has <.*>/);
  const ports = ends.flatMap((end) => /:(\d+)>/.exec(end.output())?.[1] ?? []); // none, where it took too long
  expect(new Set(ports).size).toBeLessThan(2);
  const alive = () => processesMarkedBy('XDG_RUNTIME_DIR', user.env.XDG_RUNTIME_DIR ?? '');
  const services = () => alive().filter(({ pid }) => commandLine(pid)[1]?.endsWith('tunnel-service.js'));
  await expect.poll(async () => (await user.status()).sessions.length).toBeGreaterThanOrEqual(ports.length);
  const { pid } = await user.status();
  await expect.poll(() => services().map((each) => each.pid)).toEqual([pid]);
});

test('it only adds to the environment, prints nothing, and leaves input, arguments and exit code alone', async () => {
  const user = makeUser();
  const own = { HTTPS_PROXY: 'http://me:secret@127.0.0.1:9', NO_PROXY: 'intern', _guarded: "it's" };
  await user.served();
  const command = ['/bin/sh', '-c', 'cat; exit 7'];
  const options = { env: { ...user.env, ...own }, input: 'the input', encoding: 'utf8' } as const;
  expect(spawnSync(launcherBin, command, options)).toMatchObject({
    status: 7,
    stdout: 'the input',
    stderr: '',
  });
  const stdout = user.printed([launcherBin, '/usr/bin/env'], own);
  const seen = Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );
  expect(seen).toMatchObject({ ...user.env, NO_PROXY: 'intern', GUARDED_OWN_HTTPS_PROXY: own.HTTPS_PROXY });
  expect(seen.HTTPS_PROXY).toMatch(/^http:\/\/guard:\w+@127\.0\.0\.1:\d+$/);
  const added = ['HTTPS_PROXY', 'https_proxy', 'GUARDED_OWN_HTTPS_PROXY'];
  const shell = ['PWD', 'OLDPWD', 'SHLVL', '_'];
  const known = [...Object.keys({ ...user.env, ...own }), ...added, ...shell];
  expect(Object.keys(seen).filter((name) => !known.includes(name))).toEqual([]);
});

test('the tunnel chains to the person’s own proxy', async () => {
  const asked: string[] = [];
  const proxyPort = await farServer((socket) =>
    socket.once('data', (head) => {
      asked.push(String(head));
      socket.write('HTTP/1.1 200 OK\r\n\r\nfrom afar');
    }),
  );
  const user = makeUser();
  await user.served();
  const session = await user.session('api.example:443', {
    HTTPS_PROXY: `http://me:secret@127.0.0.1:${proxyPort}`,
  });
  await session.saw(/answer from afar/);
  expect(asked[0]).toContain('CONNECT api.example:443');
  expect(asked[0]).toContain(Buffer.from('me:secret').toString('base64'));
});

test('a session inside a session chains to the person’s proxy, not to the outer session', async () => {
  const user = makeUser();
  await user.served();
  const mine = { HTTPS_PROXY: 'http://127.0.0.1:9' };
  const inner = user.printed([launcherBin, launcherBin, '/usr/bin/env'], mine);
  expect(inner).toContain('GUARDED_OWN_HTTPS_PROXY=http://127.0.0.1:9\n');
});

test('through a symbolic link, as package managers make them', async () => {
  const user = makeUser();
  await user.served();
  const link = join(user.folder, 'guarded-claude-launcher');
  symlinkSync(launcherBin, link);
  expect(user.printed([link, '/usr/bin/env'])).toContain('HTTPS_PROXY=http://guard:');
});

test.runIf(isLinux)(
  'a session under a guard keeps that guard’s tunnel; a detached one has an address of its own',
  async () => {
    const user = makeUser();
    await user.served();
    const guards = 'http://guard:0123@127.0.0.1:9';
    const around = { ...ownMark('a-run'), HTTPS_PROXY: guards, GUARDED_OWN_HTTPS_PROXY: 'http://mine:1' };
    const proxyIn = (text: string) => /^HTTPS_PROXY=(.*)$/m.exec(text)?.[1];
    const options = { env: { ...user.env, ...around }, encoding: 'utf8' } as const;
    expect(proxyIn(spawnSync(launcherBin, ['/usr/bin/env'], options).stdout)).toBe(guards);
    const script = 'setsid "$0" /usr/bin/env | grep -vxF "HTTPS_PROXY=$1"';
    const apart = user.printed(['/bin/sh', '-c', script, launcherBin, guards], around);
    expect(proxyIn(apart)).toMatch(/^http:\/\/guard:/);
  },
);

describe('it silently becomes the plain command', () => {
  const plainly = (user: ReturnType<typeof makeUser>, more: Readonly<Record<string, string>> = {}) => {
    const env = { ...user.env, ...more };
    const result = spawnSync(launcherBin, asItIs, { env, input: 'the input', encoding: 'utf8' });
    expect([result.status, result.stderr]).toEqual([7, '']);
    expect(result.stdout).toContain('the input');
    expect(result.stdout).not.toContain('guard:');
  };

  test('where no folder can be made for the service', () => {
    const user = makeUser();
    writeFileSync(join(user.folder, 'file'), '');
    plainly(user, { XDG_RUNTIME_DIR: join(user.folder, 'file') });
    expect(existsSync(user.paths.folder)).toBe(false);
  });

  test('where node is missing', () => {
    const user = makeUser();
    const bin = join(user.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['cat', 'env', 'readlink'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name));
    plainly(user, { PATH: bin });
  });

  test('where the person’s proxy is of an unsupported kind', () => {
    plainly(makeUser(), { HTTPS_PROXY: 'socks5://127.0.0.1:9' });
  });

  test('where only the agent may get on with the person’s proxy', async () => {
    const port = await farServer((socket) => socket.end('HTTP/1.1 400 No TLS here\r\n\r\n'));
    const env = { ...makeUser().env, HTTPS_PROXY: `https://127.0.0.1:${port}` };
    const { stdout } = await promisify(execFile)(launcherBin, ['/usr/bin/env'], { env });
    expect(stdout).toContain(`HTTPS_PROXY=https://127.0.0.1:${port}\n`);
    expect(stdout).not.toContain('guard:');
  });

  test('where settings name a proxy, which would override the environment', () => {
    const user = makeUser();
    mkdirSync(join(user.folder, '.claude'));
    const settings = { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } };
    writeFileSync(join(user.folder, '.claude/settings.json'), JSON.stringify(settings));
    plainly(user);
    expect(existsSync(user.paths.folder)).toBe(false);
  });

  test('where the guard is switched off', () => {
    plainly(makeUser(), { GUARDED_CLAUDE: 'off' });
  });

  test('where the service does not answer within the time that a launcher has', async () => {
    const user = makeUser();
    await user.served();
    const { pid } = await user.status();
    process.kill(pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(pid, 'SIGCONT'));
    const begunAt = performance.now();
    plainly(user);
    expect(performance.now() - begunAt).toBeLessThan(10_000); // three seconds, on a machine that is not at its limits
  });

  test('where a link is in its place, which is left alone', () => {
    const user = makeUser();
    const elsewhere = join(user.folder, 'elsewhere');
    mkdirSync(elsewhere);
    chmodSync(elsewhere, 0o755);
    symlinkSync(elsewhere, user.paths.folder);
    plainly(user);
    expect(statSync(elsewhere).mode & 0o777).toBe(0o755);
  });

  test.runIf(isRoot)('where the folder belongs to another user, who might answer there', () => {
    const user = makeUser();
    mkdirSync(user.paths.folder, { mode: 0o777 });
    chownSync(user.paths.folder, nobody, nobody);
    plainly(user);
  });
});

test('a missing command: the shell’s own exit code', () => {
  const user = makeUser();
  expect(spawnSync(launcherBin, ['/nowhere/claude'], { env: user.env }).status).toBe(127);
});

describe('nobody else gets an address', () => {
  test('a forged token, no token, and a client that talks nonsense are refused', async () => {
    const port = await farServer((socket) => void socket.write('hello'));
    const host = `127.0.0.1:${port}`;
    const user = makeUser();
    await user.served();
    const session = await user.session(host);
    await session.saw(/answer hello/);
    const proxy = session.proxy();
    expect(await statusThrough(proxy, host)).toBe('200');
    expect(await statusThrough(proxy, host, '0'.repeat(48))).toBe('407');
    expect(await statusThrough(proxy, host, '')).toBe('407');
    expect(await statusThrough(proxy, host, '%')).toBe('407');
  });

  test('token and folder are closed to others, and on no command line', async () => {
    const port = await farServer((socket) => void socket.write('hello'));
    const user = makeUser();
    await user.served();
    const session = await user.session(`127.0.0.1:${port}`);
    await session.saw(/answer hello/);
    const { folder, sessions, socket } = user.paths;
    for (const path of [folder, sessions]) expect(statSync(path).mode & 0o777).toBe(0o700);
    const files = [...readdirSync(sessions).map((name) => join(sessions, name)), socket];
    expect(files).toHaveLength(2);
    for (const path of files) expect(statSync(path).mode & 0o777).toBe(0o600);
    const { pid, keeper } = await user.status();
    for (const process of [pid, keeper ?? 0, session.pid])
      expect(commandLine(process).join(' ')).not.toContain(session.proxy().password);
    for (const process of [pid, keeper ?? 0])
      expect(environmentOf(process).join(' ')).not.toContain('ANTHROPIC');
  });

  test.runIf(isRoot)('another user cannot ask', async () => {
    const user = makeUser();
    await user.launch(['/bin/true']).exit;
    for (let path = dirname(user.paths.folder); path !== '/tmp' && path !== '/'; path = dirname(path))
      chmodSync(path, 0o755);
    const script = `require('node:net').connect(${JSON.stringify(user.paths.socket)}).on('error', (e) => console.log(e.code)).on('connect', () => console.log('in'))`;
    const asked = spawnSync(process.execPath, ['-e', script], {
      uid: nobody,
      cwd: '/',
      encoding: 'utf8',
      timeout: 5_000,
    });
    expect(asked.stdout).toBe('EACCES\n');
  });
});
