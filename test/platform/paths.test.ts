import { mkdirSync, statSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configFile, createRun, newRunId, statePaths } from '../../src/platform/paths.ts';
import { temporaryFolder } from '../support/folder.ts';

test.each([
  [{ HOME: '/h' }, '/h/.config/guarded-claude/config.json', '/h/.local/state/guarded-claude'],
  [
    { HOME: '/h', XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s' },
    '/c/guarded-claude/config.json',
    '/s/guarded-claude',
  ],
  [
    { HOME: '/h', XDG_CONFIG_HOME: 'c', XDG_STATE_HOME: '' },
    '/h/.config/guarded-claude/config.json',
    '/h/.local/state/guarded-claude',
  ],
  [
    { HOME: '' },
    join(userInfo().homedir, '.config/guarded-claude/config.json'),
    join(userInfo().homedir, '.local/state/guarded-claude'),
  ],
  [
    { HOME: 'h' },
    join(userInfo().homedir, '.config/guarded-claude/config.json'),
    join(userInfo().homedir, '.local/state/guarded-claude'),
  ],
  [{}, join(homedir(), '.config/guarded-claude/config.json'), join(homedir(), '.local/state/guarded-claude')],
])('%j', (env, config, state) => {
  expect(configFile(env)).toBe(config);
  expect(statePaths(env).root).toBe(state);
});

test('the folders of a run are closed to others, even if the root was open before', () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'guarded-claude'), { mode: 0o755 });
  const run = createRun({ XDG_STATE_HOME: root });
  for (const folder of [join(root, 'guarded-claude'), run.folder, run.spool]) {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  }
  expect(run.status).toBe(join(root, 'guarded-claude/sessions', run.run, 'status.json'));
});

test('run ids sort by time and differ', () => {
  const earlier = newRunId(new Date('2026-01-02T03:04:00Z'));
  expect(earlier).toMatch(/^0102-0304-[0-9a-f]{6}$/);
  expect(newRunId(new Date('2026-01-02T03:04:00Z'))).not.toBe(earlier);
  expect(newRunId(new Date('2026-01-02T03:05:00Z')) > earlier).toBe(true);
});
