/** Starts a stand-in for the agent, which says how it was started. Whatever else is wrong, it is started. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import Module from 'node:module';
import { basename, dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openTerminal } from '../src/drill/outer-terminal.ts';
import { temporaryFolder, writeScript } from './support/folder.ts';
import { guardBin } from './support/places.ts';

const guard = guardBin;
const installed = dirname(dirname(guardBin));
const bundle = (name: string) => readFileSync(join(installed, 'dist', name), 'utf8');
/** The only file that the first one takes for the rest. */
const [, restFile = ''] = /require\('\.\/(rest-\w+\.cjs)'\)/.exec(bundle('guard.cjs')) ?? [];
const agentText = `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }
echo "agent: $*"; [ -n "$GUARDED_CLAUDE_RUN" ] && echo guarded; [ -t 1 ] && echo in a terminal
exit 7
`;

function stage() {
  const root = temporaryFolder();
  for (const name of ['bin', 'home', 'tmp', 'work']) mkdirSync(join(root, name));
  const agent = writeScript(join(root, 'bin/claude'), agentText);
  const env = (extra: Record<string, string> = {}) => ({
    PATH: `${join(root, 'bin')}:${process.env.PATH}`,
    HOME: join(root, 'home'),
    TMPDIR: join(root, 'tmp'),
    TERM: 'xterm-256color',
    ...extra,
  });
  /** `shell`: what is done first, in the folder of the work. */
  const words = (args: readonly string[], shell: string) =>
    ['-c', `${shell}\nexec "$@"`, 'sh', process.execPath, guard, ...args] as const;
  const piped = (args: readonly string[], extra?: Record<string, string>, shell = '') => {
    const options = { cwd: join(root, 'work'), env: env(extra), encoding: 'utf8', timeout: 40_000 } as const;
    const { stdout, stderr, status } = spawnSync('/bin/sh', words(args, shell), options);
    return {
      stdout,
      stderr,
      status,
      ours: stderr.split('\n').filter((line) => /guarded-claude:/.test(line)),
    };
  };
  const inTerminal = async (args: readonly string[], extra?: Record<string, string>, shell = '') => {
    const terminal = openTerminal({
      command: '/bin/sh',
      args: [...words(args, shell)],
      cwd: join(root, 'work'),
      env: env(extra),
    });
    const { code } = await terminal.exited;
    await expect.poll(() => terminal.text(), { timeout: 10_000 }).toMatch(/in a terminal|busy/); // the screen lags behind
    return { text: terminal.text(), code };
  };
  return { root, agent, piped, inTerminal };
}

const stack = /^\s+at |Node\.js v/m;

/** A file system that is full from the beginning; null where we may not mount. */
function fullDisk(root: string): string | null {
  const folder = join(root, 'full');
  mkdirSync(folder);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', folder]).status !== 0) return null;
  onTestFinished(() => {
    spawnSync('umount', ['-l', folder]);
  });
  spawnSync('sh', ['-c', `cat /dev/zero >${folder}/all`]);
  return folder;
}

describe('what is compiled is kept for the next start', () => {
  test.skipIf('enableCompileCache' in Module)('whatever lies there, the agent is started', () => {
    const { root, piped } = stage();
    const folder = join(root, 'home/.local/state/guarded-claude/compiled');
    const start = () => expect(piped(['-p', 'x'])).toMatchObject({ status: 7, ours: [] });
    start(); // makes the folder of our state
    start();
    const kept = readdirSync(folder).map((name) => join(folder, name));
    expect(kept.map((path) => basename(path).split('-v')[0])).toEqual(['guard.cjs', restFile]);
    const contents = () => kept.map((path) => readFileSync(path).toString('base64'));
    const good = contents();
    for (const path of kept) expect(statSync(path).mode & 0o077).toBe(0);
    start();
    expect(contents()).toEqual(good);
    for (const path of kept) {
      const damaged = readFileSync(path);
      damaged.fill(0xff, damaged.length >> 1);
      writeFileSync(path, damaged);
    }
    start();
    expect(contents()).not.toEqual(good);
    for (const path of kept) truncateSync(path, 1_000);
    start();
    expect(readdirSync(folder)).toHaveLength(kept.length);
    rmSync(folder, { recursive: true });
    chmodSync(dirname(folder), 0o777);
    start(); // others may write there: nothing is kept, and the guard closes the folder
    expect(existsSync(folder)).toBe(false);
  });
});

describe('what the guard always needs is in two files', () => {
  const requireOurs = Module.createRequire(join(installed, 'dist/guard.cjs'));
  const { shared } = requireOurs('./guard.cjs');
  const rest = bundle(restFile);

  test('no module is in both: it would have a state of its own in each', () => {
    const modulesIn = (text: string) =>
      [...text.matchAll(/^ *\/\/ (src\/\S+)$/gm)].map(([, name = '']) => name);
    const first = new Set(modulesIn(bundle('guard.cjs')));
    expect(first).toContain('src/terminal/terminal.ts');
    expect(modulesIn(rest)).toContain('src/guard/watch-terminal.ts');
    expect(modulesIn(rest).filter((name) => first.has(name))).toEqual([]);
  });

  test('each name that the second takes from the first is there', () => {
    const taken = [...rest.matchAll(/\{([^{}]+)\} = shared\w*\["([^"]+)"\]\(\)/g)];
    expect(taken.length).toBeGreaterThan(50);
    for (const [, names = '', module = ''] of taken) {
      const given = shared[module]();
      for (const name of names.split(',').map((one) => one.split(':')[0]?.trim() ?? ''))
        expect(given[name], `${name} of ${module}`).toBeDefined();
    }
  });

  test('every character is ASCII: with others, node reads a file slowly, and needs twice the memory', () => {
    for (const name of ['guard.cjs', restFile, 'guarded-claude.cjs', 'guardctl.cjs'])
      expect(bundle(name)).toMatch(/^[\0-\x7f]*$/);
  });
});

describe('code that was kept', () => {
  test('imports what it needs later', () => {
    const folder = temporaryFolder();
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
    write('later.mjs', 'export const word = "later";');
    write('first.cjs', 'module.importLater("./later.mjs").then(({ word }) => console.log(word));');
    write(
      'main.cjs',
      `require(${JSON.stringify(join(installed, 'bin/compiled.js'))}).keepCompiledIn(${JSON.stringify(join(folder, 'kept'))});
      require('./first.cjs');`,
    );
    const run = () => spawnSync(process.execPath, [join(folder, 'main.cjs')], { encoding: 'utf8' });
    const fine = { stdout: 'later\n', stderr: '', status: 0 };
    expect(run()).toMatchObject(fine);
    expect(readdirSync(join(folder, 'kept'))).toHaveLength(1);
    expect(run()).toMatchObject(fine);
  });

  test('holds no import of node’s own, which would find no loader', () => {
    const texts = ['guard.cjs', restFile].map(bundle);
    expect(texts.join('')).toContain('importLater("execa")');
    for (const text of texts) {
      expect(text).not.toContain('import("');
      expect(text, 'names of a module that is not loaded yet cannot be copied').not.toContain(
        '__toESM(lazily(',
      );
    }
  });
});

test('switched off, in whatever word, the agent runs plainly; another word is named', () => {
  const { piped } = stage();
  for (const word of ['off', 'OFF', 'false', '0'])
    expect(piped(['-p', 'hi'], { GUARDED_CLAUDE: word })).toMatchObject({
      stdout: 'agent: -p hi\n',
      ours: [],
    });
  const { stdout, ours } = piped(['-p', 'hi'], { GUARDED_CLAUDE: 'no' });
  expect(stdout).toMatch(/^agent: .*-p hi\nguarded\n$/);
  expect(ours).toEqual([expect.stringContaining('GUARDED_CLAUDE = "no"')]);
});

describe('no problem on our side keeps the agent from starting', () => {
  const broken = [
    ['no place for the records', { XDG_STATE_HOME: '/dev/null/x', TMPDIR: '/dev/null/x' }, ''],
    [
      'no config that can be read',
      { XDG_CONFIG_HOME: '/proc/self/mem', XDG_STATE_HOME: '/proc', TMPDIR: '/proc' },
      '',
    ],
    ['the current folder is gone', {}, 'rmdir "$PWD"'],
  ] as const;

  test.each(broken)('in pipes: %s', (_, extra, shell) => {
    const { piped } = stage();
    const { stdout, stderr, status, ours } = piped(['-p', 'hi'], extra, shell);
    expect(stdout).toBe('agent: -p hi\n');
    expect(ours).toEqual([expect.stringContaining('the agent runs unguarded: ')]);
    expect(stderr).not.toMatch(stack);
    expect(status).toBe(7);
  });

  test.each(broken)('in a terminal: %s', async (_, extra, shell) => {
    const { inTerminal } = stage();
    const { text, code } = await inTerminal(['hi there'], extra, shell);
    expect(text).toContain('agent: hi there\nin a terminal');
    expect(text.match(/guarded-claude:/g)).toHaveLength(1);
    expect(text).not.toMatch(stack);
    expect(code).toBe(7);
  });

  test('hardly any open files: the agent is started, guarded if there are enough', async () => {
    const { piped, inTerminal } = stage();
    const few = 'ulimit -n 30';
    const { stdout, stderr, status } = piped(['-p', 'hi'], {}, few);
    expect(stdout).toMatch(/^agent: .*-p hi\n(guarded\n)?$/);
    expect(stderr).not.toMatch(stack);
    expect(status).toBe(7);
    const { text, code } = await inTerminal(['hi there'], {}, few);
    expect(text).toMatch(/agent: [\s\S]*hi there\n(guarded\n)?in a terminal/);
    expect(text).not.toMatch(stack);
    expect(code).toBe(7);
  });

  test('input from a pipe, output to a terminal: nobody could type, and the guard says so', async () => {
    const { inTerminal } = stage();
    const { text, code } = await inTerminal(['hi there'], {}, 'exec </dev/null');
    expect(text).toMatch(/guarded-claude: standard input is not a terminal.*unguarded/);
    expect(text).toContain('agent: hi there\nin a terminal');
    expect(text.match(/guarded-claude:/g)).toHaveLength(1);
    expect(code).toBe(7);
    const called = await inTerminal(['mcp', 'list'], {}, 'exec </dev/null');
    expect(called.text).not.toContain('guarded-claude:');
  });

  test.each<[string, Record<string, string>, RegExp | null]>([
    ['', {}, /guarded-claude: A_FILE_DESCRIPTOR names an open file.*unguarded/],
    ['switched off', { GUARDED_CLAUDE: 'off' }, null],
  ])('a secret in an open file reaches the agent %s', async (_name, extra, words) => {
    const { agent, piped, inTerminal } = stage();
    writeScript(agent, agentText.replace('exit 7', 'cat <&3; exit 7'));
    const given = { A_FILE_DESCRIPTOR: '3', ...extra };
    const shell = 'exec 3<<EOF\nthe secret\nEOF';
    for (const args of [['hi there'], ['-p', 'hi'], ['mcp', 'list']]) {
      const { stdout, ours, status } = piped(args, given, shell);
      expect(stdout).toMatch(/^agent: .*\nthe secret\n$/);
      expect(status).toBe(7);
      const says = words !== null && args[0] !== 'mcp';
      expect(ours).toEqual(says ? [expect.stringMatching(words)] : []);
    }
    const { text, code } = await inTerminal(['hi there'], given, shell);
    expect(text).toContain('agent: hi there\nin a terminal\nthe secret');
    expect(text).not.toMatch(/^guarded$/m);
    expect(code).toBe(7);
  });

  test('a variable that was inherited without its file changes nothing', () => {
    const { piped } = stage();
    const numbers = Array.from({ length: 30 }, (_, index) => [`N${index}_FILE_DESCRIPTOR`, String(index)]);
    const { stdout, ours } = piped(['-p', 'hi'], { ...Object.fromEntries(numbers), M_FILE_DESCRIPTOR: 'x' });
    expect(stdout).toMatch(/ -p hi\nguarded\n$/);
    expect(ours).toEqual([]);
  });

  test('half an update: the rest of another version is not taken, and there is one agent, and its terminal', async () => {
    const { root, inTerminal } = stage();
    const half = join(root, 'half');
    for (const name of ['bin', 'package.json'])
      cpSync(join(installed, name), join(half, name), { recursive: true });
    mkdirSync(join(half, 'dist'));
    for (const name of ['guarded-claude.cjs', 'guard.cjs'])
      copyFileSync(join(installed, 'dist', name), join(half, 'dist', name));
    for (const name of ['rest.cjs', 'rest-AAAAAAAA.cjs'])
      writeFileSync(join(half, 'dist', name), 'console.log("mixed"); exports.modules = {};');
    symlinkSync(join(installed, 'node_modules'), join(half, 'node_modules'));
    const shell = `set -- "$1" '${join(half, 'bin/guarded-claude.js')}' 'hi there'`;
    const { text, code } = await inTerminal([], {}, shell);
    expect(text.match(/agent: /g)).toHaveLength(1);
    expect(text).toContain('carried on without a part of itself');
    expect(text).not.toContain('mixed');
    expect(text).not.toContain('unguarded');
    expect(code).toBe(7);
  });

  test('no pseudo-terminal to be had', async (context) => {
    const none = `unshare -m sh -c 'mount --bind /dev/null /dev/ptmx'`;
    if (spawnSync('/bin/sh', ['-c', none]).status !== 0) return context.skip();
    const { inTerminal } = stage();
    const shell = `exec unshare -m sh -c 'mount --bind /dev/null /dev/ptmx; exec "$@"' sh "$@"`;
    const { text, code } = await inTerminal(['hi there'], {}, shell);
    expect(text).toContain('agent: hi there\nin a terminal');
    expect(text.match(/guarded-claude:/g)).toHaveLength(1);
    expect(text).not.toMatch(stack);
    expect(code).toBe(7);
  });

  test('a full disk: guarded anyway if there is room elsewhere, otherwise unguarded', async (context) => {
    const { root, piped, inTerminal } = stage();
    const full = fullDisk(root);
    if (full === null) return context.skip();
    const elsewhere = piped(['-p', 'hi'], { XDG_STATE_HOME: full });
    expect(elsewhere).toMatchObject({ status: 7, stdout: expect.stringContaining('-p hi\nguarded\n') });
    expect(elsewhere.ours).toEqual([expect.stringContaining('ENOSPC')]);
    const nowhere = piped(['-p', 'hi'], { XDG_STATE_HOME: full, TMPDIR: full });
    expect(nowhere).toMatchObject({ status: 7, stdout: 'agent: -p hi\n' });
    expect(nowhere.ours).toHaveLength(1);
    const shown = await inTerminal(['hi there'], { XDG_STATE_HOME: full });
    expect(shown).toMatchObject({ code: 7, text: expect.stringContaining('guarded\nin a terminal') });
  });
});

describe('a chain of wrappers', () => {
  /** `a/claude` starts the next one on PATH, which is `b/claude`: ourselves. */
  function chain(real: boolean) {
    const { root, ...rest } = stage();
    for (const name of ['a', 'b']) mkdirSync(join(root, name));
    const log = join(root, 'hops');
    const shim = writeScript(
      join(root, 'a/claude'),
      `#!/bin/sh\necho hop >>${log}\nPATH=${join(root, 'b')}:$PATH exec claude "$@"\n`,
    );
    symlinkSync(guard, join(root, 'b/claude'));
    if (!real) rmSync(join(root, 'bin/claude'));
    const path = ['a', 'b', 'bin'].map((name) => join(root, name)).join(':');
    const hops = () => readFileSync(log, 'utf8').split('\n').length - 1;
    return { root, ...rest, shim, hops, variables: { PATH: `${path}:${process.env.PATH}` } };
  }

  test.each([[['mcp', 'list']], [['-p', 'hi there']]])(
    'that leads back to us ends at the agent: %j',
    (args) => {
      const { piped, variables, hops } = chain(true);
      const { stdout, status } = piped(args, variables);
      expect(stdout).toContain(`${args.join(' ')}\n`);
      expect(status).toBe(7);
      expect(hops()).toBeLessThanOrEqual(2);
    },
  );

  test.each([[['mcp', 'list']], [['-p', 'hi there']]])(
    'without an agent at its end is an error that names each of them: %j',
    (args) => {
      const { root, piped, variables, shim, hops } = chain(false);
      const { ours, status } = piped(args, variables);
      expect(ours).toEqual([expect.stringContaining(`${shim}: leads back to guarded-claude`)]);
      expect(ours[0]).toContain(`${join(root, 'b/claude')}: that is guarded-claude itself`);
      expect(status).toBe(126);
      expect(hops()).toBeLessThanOrEqual(2);
    },
  );

  test('in a terminal ends at the agent, too', async () => {
    const { inTerminal, variables, hops } = chain(true);
    const { text, code } = await inTerminal(['hi there'], variables);
    expect(text).toContain('guarded\nin a terminal');
    expect(code).toBe(7);
    expect(hops()).toBeLessThanOrEqual(2);
  });
});

describe('the wrapper form', () => {
  test('an executable is the agent, and the rest is its arguments', () => {
    const { root, piped } = stage();
    const other = writeScript(join(root, 'other agent'), agentText.replace('agent:', 'other:'));
    expect(piped([other, '-p', 'hi']).stdout).toMatch(/^other: .*-p hi\nguarded\n$/);
    expect(piped([other, 'mcp', 'list']).stdout).toBe('other: mcp list\n');
  });

  test('node and a script are the agent', () => {
    const { root, piped } = stage();
    const script = writeScript(
      join(root, 'cli.js'),
      `console.log('script:', process.argv.slice(2).join(' '), process.env.GUARDED_CLAUDE_RUN ? 'guarded' : '')`,
    );
    chmodSync(script, 0o644);
    expect(piped([process.execPath, script, '-p', 'hi']).stdout).toMatch(/^script: .*-p hi guarded\n$/);
    expect(piped([process.execPath, '--no-warnings', script, 'mcp']).stdout).toBe('script: mcp \n');
  });

  test('a missing file is a shell’s 127, one that cannot be executed its 126', () => {
    const { root, piped } = stage();
    const plain = join(root, 'work/claude');
    copyFileSync(join(root, 'bin/claude'), plain);
    chmodSync(plain, 0o644);
    expect(piped(['/nowhere/bin/claude', 'mcp'])).toMatchObject({ status: 127, ours: [expect.any(String)] });
    expect(piped([plain, 'mcp'])).toMatchObject({ status: 126, ours: [expect.any(String)] });
  });
});

describe('an agent that cannot be started is reported in one line, with a shell’s code', () => {
  test.each([[['mcp', 'list']], [['-p', 'hi']]])('no interpreter: %j', (args) => {
    const { root, piped } = stage();
    const agent = writeScript(join(root, 'agent'), '#!/no/such/interpreter\n');
    const { status, ours, stderr } = piped(args, { GUARDED_CLAUDE_COMMAND: agent });
    expect(ours).toEqual([expect.stringContaining('bad interpreter: /no/such/interpreter')]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(status).toBe(126);
  });

  test.skipIf(process.platform !== 'linux')('a file that is being written', async () => {
    const { root, piped, inTerminal } = stage();
    const agent = join(root, 'agent');
    copyFileSync('/bin/true', agent);
    chmodSync(agent, 0o755);
    const writer = openSync(agent, 'a');
    onTestFinished(() => closeSync(writer));
    for (const args of [
      ['mcp', 'list'],
      ['-p', 'hi'],
    ]) {
      const { status, stderr } = piped(args, { GUARDED_CLAUDE_COMMAND: agent });
      expect(stderr.trim().split('\n')).toEqual([expect.stringMatching(/being written|busy/)]);
      expect(status).toBe(126);
    }
    const { text, code } = await inTerminal([], { GUARDED_CLAUDE_COMMAND: agent });
    expect(text).toMatch(/busy/);
    expect(code).toBe(126);
  });
});
