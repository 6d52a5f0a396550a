import { expect, test } from 'vitest';
import { makeUser } from '../service/support.ts';
import { makeHome } from '../support/guardctl.ts';

test('status: says that no service runs, or which sessions a running one serves', async () => {
  const user = makeUser();
  const { run, json } = makeHome(user.env);
  const none = await run('tunnel', 'status');
  expect([none.code, none.stderr]).toEqual([3, expect.stringContaining('is not running')]);
  await user.served();
  const session = await user.session('127.0.0.1:9');
  expect(await json('tunnel', 'status', '--json')).toMatchObject({
    sessions: [{ pid: session.pid, api: '127.0.0.1', cuts: 0 }],
  });
  const again = await run('tunnel');
  expect([again.code, again.stdout]).toEqual([0, 'already running\n']);
});

test('a word that it does not know', async () => {
  expect((await makeHome().run('tunnel', 'stop')).code).toBe(2);
});
