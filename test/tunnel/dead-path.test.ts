/** A path that dies silently, made real with network namespaces. Skipped where those are not available. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { launcherBin, makeUser } from '../service/support.ts';
import { fixture } from '../support/places.ts';

const program = fixture('tunnel', 'dead-path.js');
const trial = 'ip link add near type veth peer name far && nsenter -t $$ -n true';
const possible = spawnSync('unshare', ['-rn', 'sh', '-c', trial]).status === 0;

test.skipIf(!possible)(
  'a dead path is found in seconds, whether the connection is idle or a request is in flight',
  async () => {
    const { stdout } = await promisify(execFile)('unshare', ['-rn', process.execPath, program], {
      timeout: 55_000,
    });
    const ends = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number; by: string; cause: string; afterMs: number });
    expect(ends.sort((a, b) => a.id - b.id)).toMatchObject([
      { id: 1, by: 'peer', cause: 'dead' }, // keepalive
      { id: 2, by: 'guard', cause: 'dead' }, // nobody acknowledges
    ]);
    for (const { afterMs } of ends) expect(afterMs).toBeLessThan(45_000); // the kernel alone: a quarter of an hour
  },
);

test.skipIf(!possible)(
  'the same for a session behind the launcher, which is held until the path is back',
  async () => {
    const { env } = makeUser();
    const words = [
      process.execPath,
      fixture('tunnel', 'dead-path-session.js'),
      launcherBin,
      fixture('tunnel', 'session.js'),
    ];
    const { stdout } = await promisify(execFile)('unshare', ['-rn', ...words], { env, timeout: 55_000 });
    const seen = JSON.parse(stdout) as { cause: string; afterMs: number; refused: boolean };
    expect(seen).toMatchObject({ cause: 'ECONNRESET', refused: false });
    expect(seen.afterMs).toBeGreaterThan(5_000); // by keepalive, not by the interface
    expect(seen.afterMs).toBeLessThan(45_000);
  },
);

test.skipIf(!possible)(
  'a lost carrier ends no connection, and a lost address ends those from it at once',
  async () => {
    const words = ['-rn', process.execPath, fixture('tunnel', 'lost-address.js')];
    const { stdout } = await promisify(execFile)('unshare', words, { timeout: 55_000 });
    const seen = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(seen).toMatchObject([{ open: 2 }, { by: 'guard', cause: 'dead' }, { by: 'guard', cause: 'dead' }]);
  },
);
