import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withBlock, withoutBlock } from '../../src/commands/init/block.ts';
import { commands } from '../../src/commands/table.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { placeIncidents, sampleIncident } from '../support/incident.ts';

describe('the block in a file of the person', () => {
  const marked = (lines: string) => `# >>> guarded-claude >>>\n${lines}\n# <<< guarded-claude <<<\n`;
  const bytes = fc.uint8Array({ size: 'small' }).map((each) => Buffer.from(each));
  const text = fc.string({ unit: 'binary' }).map((each) => Buffer.from(each));

  test('property: taken out again, the file is as it was (but for a missing last line end)', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, text), fc.string({ unit: 'binary' }), (before, lines) => {
        const ended = before.length === 0 || before.at(-1) === 0x0a ? before : Buffer.from([...before, 0x0a]);
        expect(withoutBlock(withBlock(before, lines.replaceAll('guarded', '')))).toEqual(ended);
      }),
    );
  });
  test('written twice, it is there once, in its latest form, in the same place', () => {
    const once = Buffer.concat([withBlock(Buffer.from('ä\n'), 'old ü'), Buffer.from('ö\n')]);
    expect(withBlock(once, 'new ß').toString()).toBe(`ä\n${marked('new ß')}ö\n`);
  });
  test('a block whose end somebody removed is left alone', () => {
    expect(withoutBlock(Buffer.from('# >>> guarded-claude >>>\nx\n'))).toBeNull();
    expect(withoutBlock(Buffer.from('x\n'))).toBeNull();
  });
});

const installed = (shell: string) => spawnSync(shell, ['-c', 'exit'], { stdio: 'ignore' }).status === 0;

interface ShellCase {
  readonly shell: string;
  readonly file: string;
  /** Runs a command as in an interactive shell that has read its start file. */
  readonly interactive: readonly string[];
  readonly alias: (text: string) => string;
  readonly complete: (line: string) => string;
}

const shells: readonly ShellCase[] = [
  {
    shell: 'bash',
    file: '.bashrc',
    interactive: ['-ic'],
    alias: (text) => `alias claude='${text}'\n`,
    complete: (line) =>
      `COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _guardctl; printf '%s\\n' "\${COMPREPLY[@]}"`,
  },
  {
    shell: 'zsh',
    file: '.zshrc',
    interactive: ['-ic'],
    alias: (text) => `alias claude='${text}'\n`,
    complete: (line) =>
      `compadd() { shift; print -l -- "$@" }; _describe() { print -l -- \${(P)2} }; words=(${line}); CURRENT=\${#words}; _guardctl`,
  },
  {
    shell: 'fish',
    file: '.config/fish/config.fish',
    interactive: ['-ic'],
    alias: (text) => `alias claude '${text}'\n`,
    complete: (line) => `complete -C ${JSON.stringify(line.replaceAll("''", ''))}`,
  },
];

describe.each(shells.filter(({ shell }) => installed(shell)))(
  '$shell',
  ({ shell, file, interactive, alias, complete }) => {
    /** A home with an agent that says how it was called. */
    function prepare() {
      const agents = temporaryFolder();
      writeScript(join(agents, 'claude'), '#!/bin/sh\necho "agent:" "$@"\n');
      mkdirSync(join(agents, 'my'));
      writeScript(join(agents, 'my/claude'), '#!/bin/sh\necho "other agent:" "$@"\n');
      const home = makeHome({ PATH: `${agents}:${process.env.PATH}` });
      const path = join(home.folder, file);
      mkdirSync(join(path, '..'), { recursive: true });
      const type = (command: string) => {
        const run = spawnSync(shell, [...interactive, command], {
          env: home.env,
          cwd: home.folder,
          encoding: 'utf8',
        });
        return run.stdout;
      };
      return { home, path, type, other: join(agents, 'my/claude') };
    }

    test('printed only, nothing is touched; what is printed can be sourced', async () => {
      const { home, path, type } = prepare();
      const { stdout, code } = await home.run('init', shell);
      expect(code).toBe(0);
      expect(existsSync(path)).toBe(false);
      writeFileSync(path, stdout);
      expect(type('claude --version "a b"')).toBe('agent: --version a b\n');
      expect(type(shell === 'fish' ? 'functions claude' : 'alias claude')).toContain('guarded-claude.js');
    });

    test("written, an alias of the person's keeps its options; removed, the file is as before", async () => {
      const { home, path, type } = prepare();
      const before = alias('claude --model opus');
      writeFileSync(path, before, { mode: 0o640 });
      expect((await home.run('init', shell, '--write')).stdout).toContain(path);
      expect((await home.run('init', shell, '--write')).code).toBe(0);
      expect(readFileSync(path, 'utf8').match(/>>> guarded-claude >>>/g)).toHaveLength(1);
      expect(type('claude --version')).toBe('agent: --model opus --version\n');
      expect(type(shell === 'fish' ? 'functions claude' : 'alias claude')).toContain('guarded-claude.js');
      expect((await home.run('init', shell, '--remove')).code).toBe(0);
      expect(readFileSync(path, 'utf8')).toBe(before);
      expect((await home.run('init', shell, '--remove')).stdout).toContain('Nothing of ours');
    });

    test.skipIf(shell === 'fish')('an alias to another executable is guarded, too', async () => {
      const { home, path, type, other } = prepare();
      writeFileSync(path, alias(`${other} -p`) + (await home.run('init', shell)).stdout);
      expect(type('claude hello')).toMatch(/^other agent: .*-p hello\n$/); // behind the guard's own words
      expect(type('alias claude')).toContain('guarded-claude.js');
    });

    test.skipIf(shell === 'fish')('an alias with variables keeps them, wherever it leads', async () => {
      const { home, path, type, other } = prepare();
      const { stdout } = await home.run('init', shell);
      for (const [words, said] of [
        ['FOO=1 claude -p', /^agent: .*-p hello\n$/],
        [`FOO=1  BAR= ${other} -p`, /^other agent: .*-p hello\n$/],
        [`GUARDED_CLAUDE_COMMAND=${other} claude -p`, /^other agent: .*-p hello\n$/],
      ] as const) {
        writeFileSync(path, alias(words) + stdout);
        expect(type('claude hello')).toMatch(said);
        expect(type('alias claude')).toMatch(/(FOO=1|_COMMAND=).*guarded-claude\.js/);
      }
    });

    test.skipIf(shell === 'fish')('lines that are read twice change nothing the second time', async () => {
      const { home, path, type, other } = prepare();
      const { stdout } = await home.run('init', shell);
      for (const before of ['', alias('claude -p'), alias(`${other} -p`), alias(`FOO=1 ${other} -p`)]) {
        writeFileSync(path, before + stdout);
        const once = type('alias claude');
        writeFileSync(path, before + stdout + stdout);
        expect(type('alias claude')).toBe(once);
        expect(type('claude -p hello')).toMatch(/agent: .*-p hello\n$/);
      }
    });

    test('a function and an alias to something else are left alone', async () => {
      const { home, path, type } = prepare();
      const own = shell === 'fish' ? 'function claude; echo mine; end\n' : 'claude() { echo mine; }\n';
      const { stdout } = await home.run('init', shell);
      writeFileSync(path, own + stdout);
      expect(type('claude x')).toBe('mine\n');
      writeFileSync(path, alias('echo else') + stdout);
      expect(type('claude x')).toBe('else x\n');
    });

    test('completes commands, options and ids', async () => {
      const { home, path, type } = prepare();
      placeIncidents(home.state, sampleIncident('1121-0936-abcdef-1'));
      writeFileSync(path, (await home.run('init', shell)).stdout);
      const all = type(complete("guardctl ''"));
      for (const { name } of commands) expect(all).toContain(name);
      expect(type(complete("guardctl incidents ''"))).toContain('1121-0936-abcdef-1');
      expect(type(complete("guardctl config get ''"))).toContain('stream_timeout_ms');
      expect(type(complete('guardctl doctor --'))).toContain('network');
    });
  },
);

test('a start file that is a link stays one', async () => {
  const home = makeHome();
  const real = join(home.folder, 'dotfiles-bashrc');
  writeFileSync(real, 'x=1');
  symlinkSync(real, join(home.folder, '.bashrc'));
  await home.run('init', 'bash', '--write');
  expect(readFileSync(real, 'utf8')).toMatch(/^x=1\n# >>> guarded-claude/);
  await home.run('init', 'bash', '--remove');
  expect(readFileSync(real, 'utf8')).toBe('x=1\n');
});

test('nor is one replaced whose target is not there', async () => {
  const home = makeHome();
  const real = join(home.folder, 'dotfiles/bashrc');
  const file = join(home.folder, '.bashrc');
  symlinkSync('dotfiles/bashrc', file);
  await home.run('init', 'bash', '--write');
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toMatch(/^# >>> guarded-claude/);
});

test('every byte of a start file that is not UTF-8 stays as it is', async () => {
  const home = makeHome();
  const file = join(home.folder, '.bashrc');
  const before = Buffer.from([...Array(256).keys(), 0x0a]);
  writeFileSync(file, before);
  await home.run('init', 'bash', '--write');
  const { stdout } = await home.run('init', 'bash');
  const block = `# >>> guarded-claude >>>\n${stdout}# <<< guarded-claude <<<\n`;
  expect(readFileSync(file)).toEqual(Buffer.concat([before, Buffer.from(block)]));
  await home.run('init', 'bash', '--remove');
  expect(readFileSync(file)).toEqual(before);
});

test.each([[[]], [['ksh']], [['toString']], [['bash', '--write', '--remove']]])(
  '%j is not understood',
  async (args: string[]) => {
    expect((await makeHome().run('init', ...args)).code).toBe(2);
  },
);
