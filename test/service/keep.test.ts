/**
 * An agent that serves sessions of its own, kept running. The stand-in does what the documentation says of the real
 * one, which needs an account: it serves, and after a while without network it says so and ends (here: when it is told
 * to).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { writeScript } from '../support/folder.ts';
import { guardBin } from '../support/places.ts';
import { until } from '../support/until.ts';

/** Records its process and its arguments, and serves until a file says that it was without network for too long. */
const agentScript = `#!/bin/sh
[ "$1" = --version ] && exec echo '2.1.332 (Claude Code)'
echo "$$ $*" >>runs
trap 'exit 143' TERM
while [ ! -e end ]; do sleep 0.05; done
rm end
echo 'Remote Control disconnected: no network for 10 minutes' >&2
exit 1
`;

async function serving() {
  const sandbox = createSandbox();
  const runtime = join(sandbox.root, 'runtime');
  mkdirSync(runtime, { mode: 0o700 });
  const server = createServer((socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const command = writeScript(join(sandbox.root, 'claude'), agentScript);
  const env = agentEnvironment(sandbox, gatewayVariables(`http://127.0.0.1:${port}`), {
    XDG_RUNTIME_DIR: runtime,
    GUARDED_CLAUDE_COMMAND: command,
    GUARDED_CLAUDE_BACKOFF_INITIAL_MS: '100',
    GUARDED_CLAUDE_BACKOFF_MAX_MS: '200',
  });
  const child = spawn(process.execPath, [guardBin, 'remote-control', '--name', 'two words'], {
    cwd: sandbox.project,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const own = () => processesMarkedBy('XDG_RUNTIME_DIR', runtime);
  onTestFinished(async () => {
    for (let tries = 0; own().length > 0 && tries < 20; tries++) {
      for (const { pid } of own())
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // gone meanwhile
        }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    server.close();
    sandbox.remove();
  });
  const file = (name: string) => join(sandbox.project, name);
  const runs = () => (existsSync(file('runs')) ? readFileSync(file('runs'), 'utf8').trim().split('\n') : []);
  await until('it serves', () => runs().length === 1);
  return {
    child,
    exit,
    runs,
    said: () => said,
    end: () => writeFileSync(file('end'), ''),
    async goAway() {
      server.close();
      await once(server, 'close');
    },
    async comeBack() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}

test('ended by an outage, it is started again with the same arguments when the network is back; any other end is final', async () => {
  const { child, exit, runs, said, end, goAway, comeBack } = await serving();
  await goAway();
  end();
  await until('it has ended', () => /started again when the network is back/.test(said()));
  expect([runs().length, child.exitCode]).toEqual([1, null]);
  await comeBack();
  await until('it serves again', () => runs().length === 2);
  const withoutPid = runs().map((line) => line.split(' ').slice(1).join(' '));
  expect(withoutPid).toEqual(Array(2).fill('remote-control --name two words'));
  end();
  expect([await exit, runs().length]).toEqual([1, 2]);
});

test('told to end: the agent is told, too, and we end with it, even while waiting for the network', async () => {
  const one = await serving();
  await one.goAway();
  one.child.kill('SIGTERM');
  expect([await one.exit, one.runs().length]).toEqual([143, 1]);

  const other = await serving();
  await other.goAway();
  other.end();
  await until('it has ended', () => /started again/.test(other.said()));
  other.child.kill('SIGTERM');
  expect([await other.exit, other.runs().length]).toEqual([143, 1]);
});

test('a guard that is killed takes the agent with it', async () => {
  const { child, runs } = await serving();
  const pid = Number(runs()[0]?.split(' ')[0]);
  child.kill('SIGKILL');
  await until('it is gone', () => {
    try {
      process.kill(pid, 0);
      return false;
    } catch {
      return true;
    }
  });
});
