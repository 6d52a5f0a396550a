import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { tmuxPlace } from '../../src/platform/tmux.ts';
import { openTmuxPane } from '../../src/records/tmux-pane.ts';
import { temporaryFolder, writeScript } from '../support/folder.ts';

/** A pane whose tmux is a program of ours that notes how it is called. */
function start(ends: string) {
  const folder = temporaryFolder();
  writeScript(join(folder, 'tmux'), `#!/bin/sh\necho "$@" >>'${folder}/calls'\n${ends}\n`);
  const failures: string[] = [];
  const addresses: string[] = [];
  const place = tmuxPlace({ TMUX: `/tmp/socket,${process.pid},0`, TMUX_PANE: '%3' });
  if (place === null) throw new Error('not inside tmux');
  const pane = openTmuxPane({
    place,
    env: { PATH: `${folder}:/usr/bin:/bin` },
    located: (address) => void addresses.push(address),
    degraded: (detail) => void failures.push(detail),
  });
  const calls = () => {
    try {
      return readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  };
  return { pane, calls, failures, addresses };
}

test('many changes make few calls; the last one is shown, then taken away', async () => {
  const { pane, calls, failures, addresses } = start('echo main:1.0');
  for (let index = 0; index < 50; index++) pane.show(index % 2 === 0 ? 'working' : 'idle');
  pane.show('blocked');
  const set = (state: string) =>
    `-u -S /tmp/socket set-option -p -t %3 @guarded ${state} ; display-message -p -t %3 #{session_name}:#{window_index}.#{pane_index}`;
  await vi.waitFor(() => expect(calls()).toEqual([set('working'), set('blocked')]), 10_000);
  pane.show('blocked');
  pane.show('idle');
  await pane.close(30_000);
  pane.show('working');
  expect(calls().slice(2)).toEqual(['-u -S /tmp/socket set-option -p -u -t %3 @guarded']);
  expect(addresses).toEqual(['main:1.0', 'main:1.0']);
  expect(failures).toEqual([]);
});

test('a tmux that fails is noted once', async () => {
  const { pane, calls, failures } = start('echo "no server running" >&2; exit 1');
  pane.show('idle');
  await vi.waitFor(() => expect(failures).toEqual(['tmux: no server running']), 10_000);
  pane.show('working');
  await vi.waitFor(() => expect(calls()).toHaveLength(2), 10_000);
  await pane.close(30_000);
  expect(failures).toHaveLength(1);
});

test('a tmux that hangs holds nobody up', async () => {
  const { pane } = start('exec sleep 60');
  pane.show('idle');
  const began = Date.now();
  await pane.close(200);
  expect(Date.now() - began).toBeLessThan(30_000); // it hangs for twice as long
});

test.each([
  [{}, null],
  [{ TMUX: '', TMUX_PANE: '%1' }, null],
  [{ TMUX: `/s,${process.pid},0` }, null],
  [{ TMUX: `/s,${process.pid},0`, TMUX_PANE: 'x; kill' }, null],
  [{ TMUX: '/s,0,0', TMUX_PANE: '%1' }, null], // its server is gone
])('not inside tmux: %j', (env, expected) => {
  expect(tmuxPlace(env)).toBe(expected);
});

test('the place names the server for good', () => {
  expect(tmuxPlace({ TMUX: `/tmp/a,b/default,${process.pid},12`, TMUX_PANE: '%7' })).toMatchObject({
    socket: '/tmp/a,b/default',
    server: { pid: process.pid },
    pane: '%7',
  });
});
