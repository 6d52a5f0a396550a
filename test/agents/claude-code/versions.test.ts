import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { installedVersion } from '../../../src/agents/claude-code/installed-version.ts';
import { abilitiesOf, hookEventsOf } from '../../../src/agents/claude-code/versions.ts';
import { askVersion, readVersion } from '../../../src/agents/common/versions.ts';
import { startTimeOf } from '../../../src/platform/process-identity.ts';
import { temporaryFolder, writeScript } from '../../support/folder.ts';

it.each([
  ['1.0.44', { sessionIdFlag: false, settingsFlag: false, programStatus: false, verified: false }],
  ['1.0.56', { sessionIdFlag: true, settingsFlag: false, recordsCallsFirst: true, verified: true }],
  ['1.0.69', { settingsFlag: true }],
  ['1.0.71', { sessionIdFlag: true, settingsFlag: false }], // would ask about our hooks
  ['1.0.86', { settingsFlag: true }],
  ['2.1.42', { sessionIdFlag: true, settingsFlag: true, splitsReads: false, verified: true }],
  ['2.1.197', { programStatus: false, recordsCallsFirst: false, splitsReads: false, verified: true }],
  ['2.1.329', { programStatus: true, splitsReads: true, verified: true }],
  ['2.1.332', { programStatus: true, verified: true, nearestVerified: '2.1.332' }],
  ['2.1.300', { programStatus: true, verified: false, nearestVerified: '2.1.263' }],
  ['2.1.126', { programStatus: false, verified: true }],
  ['1.0.30', { verified: false, nearestVerified: '1.0.56' }],
  [
    '3.0.0',
    {
      sessionIdFlag: true,
      settingsFlag: true,
      programStatus: true,
      verified: false,
      nearestVerified: '2.1.332',
    },
  ],
])('%s can %j', (text, abilities) => {
  expect(abilitiesOf(readVersion(text))).toMatchObject(abilities);
});

it('gives none of our flags to an agent of unknown version', () => {
  expect(abilitiesOf(null)).toMatchObject({ sessionIdFlag: false, settingsFlag: false, verified: false });
});

it('asks an agent for no hook event that it does not know: 2.1.42 would refuse the whole file', () => {
  const known =
    'PreToolUse PostToolUse PostToolUseFailure Notification UserPromptSubmit SessionStart SessionEnd Stop ' +
    'SubagentStart SubagentStop PreCompact PermissionRequest Setup TeammateIdle TaskCompleted';
  expect(known.split(' ')).toEqual(expect.arrayContaining([...hookEventsOf(readVersion('2.1.42'))]));
});

describe('version of an executable', () => {
  it('is read from the package beside it, through a link', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'package'));
    writeScript(join(root, 'package', 'cli.js'), '#!/bin/sh\nexit 9\n');
    writeFileSync(
      join(root, 'package', 'package.json'),
      JSON.stringify({ name: '@anthropic-ai/claude-code', version: '2.1.42' }),
    );
    symlinkSync(join(root, 'package', 'cli.js'), join(root, 'claude'));
    expect((await installedVersion(join(root, 'claude')))?.text).toBe('2.1.42');
  });

  it('is read from the path of the native installation', async () => {
    const root = temporaryFolder();
    mkdirSync(join(root, 'versions'));
    writeScript(join(root, 'versions', '2.1.329'), '#!/bin/sh\nexit 9\n');
    symlinkSync(join(root, 'versions', '2.1.329'), join(root, 'claude'));
    expect((await installedVersion(join(root, 'claude')))?.text).toBe('2.1.329');
  });

  it('has to be asked for if no file names it, and is null if nothing does', async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'package.json'), '{"name":"another","version":"9.9.9"}');
    const says = writeScript(join(root, 'says'), '#!/bin/sh\necho "2.0.1 (Claude Code)"\n');
    const silent = writeScript(join(root, 'silent'), '#!/bin/sh\nexit 1\n');
    const env = { PATH: process.env.PATH };
    expect(await installedVersion(says)).toBe(null);
    expect((await askVersion([says], env))?.text).toBe('2.0.1');
    expect(await askVersion([silent], env)).toBe(null);
    expect(await askVersion([join(root, 'missing')], env)).toBe(null);
  });

  it('is asked for no longer than the limit, whoever holds the output', async () => {
    const root = temporaryFolder();
    const pidFile = join(root, 'pid');
    const waits = writeScript(join(root, 'waits'), `#!/bin/sh\nsleep 30 &\necho $! >'${pidFile}'\nwait\n`);
    const leaves = writeScript(join(root, 'leaves'), '#!/bin/sh\nsleep 3 &\necho "2.0.1 (Claude Code)"\n');
    const env = { PATH: process.env.PATH };
    const since = performance.now();
    expect(await askVersion([waits], env, 500)).toBe(null);
    expect((await askVersion([leaves], env, 500))?.text).toBe('2.0.1');
    expect(performance.now() - since).toBeLessThan(2_500);
    const child = Number(readFileSync(pidFile, 'utf8'));
    await vi.waitFor(() => expect(startTimeOf(child)).toBeNull());
  });

  it.skipIf(process.platform !== 'linux')('is asked for without the terminal of the person', async () => {
    const root = temporaryFolder();
    const leads =
      '#!/bin/sh\nread -r pid _ _ _ _ session _ </proc/self/stat\n[ "$session" = $$ ] && echo 2.0.1\n';
    const program = writeScript(join(root, 'leads'), leads); // a session of its own
    expect((await askVersion([program], { PATH: process.env.PATH }))?.text).toBe('2.0.1');
  });
});
