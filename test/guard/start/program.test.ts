import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { claudeCode } from '../../../src/agents/claude-code/index.ts';
import { versionAtStart } from '../../../src/guard/start/agent-version.ts';
import { openProgram } from '../../../src/guard/start/program.ts';
import { temporaryFolder, writeScript } from '../../support/folder.ts';

/** An agent that says its version, at a path, as it was when it was started. */
function started() {
  const folder = temporaryFolder();
  const command = join(folder, 'claude');
  const install = (text: string) => writeScript(command, text);
  install('#!/bin/sh\necho "2.1.329 (Claude Code)"\n');
  const launch = {
    adapter: claudeCode,
    command,
    named: [],
    args: [],
    invocation: claudeCode.parseArguments([]),
    env: { PATH: process.env.PATH, XDG_STATE_HOME: folder },
    cwd: folder,
  };
  const version = { text: '2.1.329', parts: [2, 1, 329] };
  return {
    folder,
    command,
    install,
    launch,
    program: openProgram(launch, { version, isEarlier: false }),
    version,
  };
}

it('is the one that was started', async () => {
  const { program, version } = started();
  await program.renew(0);
  expect(program.version).toEqual(version);
});

it('is waited for while it is away', async () => {
  const { program, version, command } = started();
  renameSync(command, `${command}.old`);
  const ready = program.renew();
  renameSync(`${command}.old`, command);
  await ready;
  expect(program.version).toEqual(version);
});

it('is another version after an update', async () => {
  const { program, install } = started();
  install('#!/bin/sh\necho "2.1.332 (Claude Code)"; : longer\n');
  await program.renew(0);
  expect(program.version?.text).toBe('2.1.332');
});

/** A wrapper stays the same file when the agent behind it is updated. */
function wrapped() {
  const parts = started();
  const behind = join(parts.folder, 'behind');
  const update = (version: string) => writeScript(behind, `#!/bin/sh\necho "${version} (Claude Code)"\n`);
  parts.install(`#!/bin/sh\nexec '${behind}' "$@"\n`);
  return { ...parts, update };
}

it('is another version after an update behind a wrapper', async () => {
  const { launch, update, version } = wrapped();
  update('2.1.329');
  const program = openProgram(launch, { version, isEarlier: false });
  update('2.1.332');
  await program.ask();
  await program.renew(0);
  expect(program.version?.text).toBe('2.1.332');
});

it('is not waited for if it is the same file and does not answer', async () => {
  const { install, launch, version } = started();
  install('#!/bin/sh\nsleep 30\n');
  const program = openProgram(launch, { version, isEarlier: false });
  void program.ask();
  const since = performance.now();
  await program.renew();
  expect(performance.now() - since).toBeLessThan(1_000);
  expect(program.version).toEqual(version);
});

it('is the version of the last question, even if an earlier one is answered later', async () => {
  const { launch, install, version } = started();
  const program = openProgram(launch, { version, isEarlier: false });
  install('#!/bin/sh\nsleep 1; echo "2.1.331 (Claude Code)"\n');
  const before = program.ask();
  await pause(200); // it runs
  install('#!/bin/sh\necho "2.1.332 (Claude Code)"\n');
  await program.renew(0);
  await before;
  expect(program.version?.text).toBe('2.1.332');
});

it('is what it was if a wrapper that is the same does not answer', async () => {
  const { launch, version } = wrapped();
  const program = openProgram(launch, { version, isEarlier: false });
  await program.ask();
  await program.renew(0);
  expect(program.version).toEqual(version);
});

it('is started without a question at the next start, which its answer corrects while the agent boots', async () => {
  const { launch, update } = wrapped();
  update('2.1.42');
  expect(await versionAtStart(launch)).toMatchObject({ version: { text: '2.1.42' }, isEarlier: false });
  update('2.1.332');
  const known = await versionAtStart(launch);
  expect(known).toMatchObject({ version: { text: '2.1.42' }, isEarlier: true });
  const program = openProgram(launch, known);
  await program.confirm();
  expect(program.version?.text).toBe('2.1.332');
  expect(await versionAtStart(launch)).toMatchObject({ version: { text: '2.1.332' } });
});

it.each([
  ['missing', (command: string) => rmSync(command), /\(it was 2\.1\.329\) is missing/],
  ['empty', (command: string) => writeFileSync(command, ''), /\(it was 2\.1\.329\) is empty/],
  [
    'a stub',
    (command: string) => writeScript(command, '#!/bin/sh\necho not installed; exit 0\n'),
    /\(it was 2\.1\.329\) was replaced/,
  ],
])('is not started when it is %s, and its version is named', async (_name, spoil, told) => {
  const { program, command } = started();
  spoil(command);
  await expect(program.renew(0)).rejects.toThrow(told);
});
