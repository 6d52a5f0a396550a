/** `2>file` is the person's, whatever else goes to the terminal. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder, writeScript } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';
import { openRawTerminal } from '../support/raw-terminal.ts';
import { until } from '../support/until.ts';

/** Two lines of errors around what is drawn; whether each stream is a terminal. */
const talking = `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }
say() { [ -t "$1" ] && echo "$1 is the terminal" >"$2" || echo "$1 is elsewhere" >"$2"; }
say 0 /dev/stdout
say 1 /dev/stdout
echo first error >&2
printf drawn
say 2 /dev/stdout
i=0; while [ $i -lt 2000 ]; do echo "line $i of the errors" >&2; i=$((i + 1)); done
echo last error >&2
exit 3
`;

/** Writes more errors than any pipe takes, and listens to the person meanwhile. */
const flooding = `#!/bin/sh
[ "$1" = --version ] && { echo '2.1.329 (Claude Code)'; exit; }
{ head -c 2000000 /dev/zero | tr '\\0' e >&2; echo all errors written; } &
read -r line
echo "heard $line"
wait
exit 3
`;

/** Starts the guard as a shell does it. */
function start(line: string, env: Readonly<Record<string, string>> = {}, script = talking) {
  const folder = temporaryFolder();
  const agent = writeScript(join(folder, 'agent'), script);
  const file = join(folder, 'errors.log');
  writeFileSync(file, '');
  const terminal = openRawTerminal(['/bin/sh', '-c', line, process.execPath, guardBin], {
    env: {
      HOME: folder,
      GUARDED_CLAUDE_COMMAND: agent,
      XDG_STATE_HOME: folder,
      XDG_CONFIG_HOME: folder,
      FILE: file,
      ...env,
    },
    cwd: folder,
  });
  onTestFinished(() => terminal.pty.kill('SIGKILL'));
  return { folder, file, terminal };
}

/** @returns the output and the file, once it has ended */
async function started(...how: Parameters<typeof start>) {
  const { file, terminal } = start(...how);
  const { code } = await terminal.exited;
  return { code, output: terminal.output(), errors: readFileSync(file, 'utf8') };
}

/** What the guards with this state have on record. */
function readJournals(state: string): string {
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' });
  const journals = files.filter((name) => name.endsWith('journal.jsonl'));
  return journals.map((name) => readFileSync(join(state, name), 'utf8')).join('');
}

describe('standard error', () => {
  test.each([
    ['in a file', '"$0" "$1" 2>"$FILE"'],
    ['at the end of a file', '"$0" "$1" 2>>"$FILE"'],
    ['in a pipe', '{ "$0" "$1" 2>&1 >&3 | cat >"$FILE"; } 3>&1; exit 3'],
  ])('%s is there, whole, and not on the screen', async (_name, line) => {
    const { code, output, errors } = await started(line);
    expect(code).toBe(3);
    expect(output).toMatch(/0 is the terminal.*1 is the terminal.*drawn2 is elsewhere/s);
    expect(output).not.toContain('error');
    const lines = errors.split('\n');
    expect([lines[0], lines.at(-2), lines.length]).toEqual(['first error', 'last error', 2_003]);
  });

  test('stands in the file before what the shell writes there later', async () => {
    const { errors } = await started('{ echo before >&2; "$0" "$1"; echo after >&2; } 2>"$FILE"');
    const lines = errors.split('\n');
    expect([lines[0], lines[1], lines.at(-2), lines.length]).toEqual([
      'before',
      'first error',
      'after',
      2_005,
    ]);
  });

  test('in a file takes no variable from the agent, whatever its name', async () => {
    const names = ['a.b', 'BASH_FUNC_say%%', 'npm_config_//host/:_key'];
    const variables = `'a.b=1' 'BASH_FUNC_say%%=() {  echo "a  b"; }' 'npm_config_//host/:_key=2'`;
    const { output } = await started(
      `exec env ${variables} "$0" "$1" 2>"$FILE"`,
      {},
      `#!${process.execPath}
      if (process.argv[2] === '--version') console.log('2.1.329 (Claude Code)');
      else console.log(${JSON.stringify(names)}.map((name) => process.env[name]).join('|'));`,
    );
    expect(output).toContain('1|() {  echo "a  b"; }|2\r\n');
  });

  test('that nobody reads stops neither the person nor, for long, the guard, and is bounded', async () => {
    const late = 'while [ ! -e go ]; do sleep 0.05; done; cat >"$FILE"';
    const line = `{ "$0" "$1" 2>&1 >&3 | { ${late}; }; } 3>&1; exit 3`;
    const { folder, file, terminal } = start(line, {}, flooding);
    await until('the pipe is full', () => readJournals(folder).includes('terminal.blocked'));
    terminal.write('hello\r');
    await terminal.waitFor('heard hello');
    expect(terminal.output()).not.toContain('all errors written');
    writeFileSync(join(folder, 'go'), '');
    await terminal.exited;
    expect(terminal.output()).toContain('all errors written');
    expect(readFileSync(file).length).toBe(2_000_000);
    expect(readJournals(folder)).toContain('terminal.drained');
  });

  test('is shown if no pipe can be made, and the file says why', async () => {
    const { output, errors } = await started('"$0" "$1" 2>"$FILE"', { PATH: '/nowhere' });
    expect(output).toContain('last error');
    expect(errors).toMatch(/^guarded-claude: standard error goes to the terminal: .*mkfifo/);
  });

  test('on the terminal stays there', async () => {
    const { output, errors } = await started('"$0" "$1"');
    expect(output).toMatch(/first error.*drawn2 is the terminal.*last error/s);
    expect(errors).toBe('');
  });
});
