/**
 * A host that sends what this guard does not know: everything is passed on, and the doctor says why there is no
 * relaunch.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '../../src/commands/doctor/finding.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { gatewayVariables } from '../../src/drill/world.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { spawnGuarded } from '../../src/sdk/index.ts';
import { writeScript } from '../support/folder.ts';
import { launcher as guardctl } from '../support/guardctl.ts';
import { until } from '../support/until.ts';

test('a request with an unknown name: the agent gets it, and the doctor names it', async () => {
  const sandbox = createSandbox();
  onTestFinished(() => sandbox.remove());
  const heard = join(sandbox.root, 'heard');
  const command = writeScript(
    join(sandbox.root, 'claude'),
    `#!/bin/sh\n[ "$1" = --version ] && exec echo '2.1.332 (Claude Code)'\nexec cat >'${heard}'\n`,
  );
  const env = agentEnvironment(sandbox, gatewayVariables('http://127.0.0.1:9'), {
    GUARDED_CLAUDE_COMMAND: command,
  });
  const { signal } = new AbortController();
  const args = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const child = spawnGuarded({ command, args, cwd: sandbox.project, env, signal });
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = '{"type":"control_request","request_id":"1","request":{"subtype":"do_as_never_before"}}\n';
  child.stdin.write(`${line}no JSON\n`);
  const text = (path: string) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return '';
    }
  };
  const journal = () =>
    readSessions(statePaths(env))
      .map(({ paths }) => text(paths.journal))
      .join('');
  await until('it is on record', () => journal().includes('relaunch.impossible'), 30_000);
  const { stdout } = spawnSync(process.execPath, [guardctl, 'doctor', '--json'], { env, encoding: 'utf8' });
  const findings = JSON.parse(stdout) as readonly Finding[];
  expect(findings.find(({ check }) => check === 'relaunch')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/input cannot be repeated: .*do_as_never_before/),
  });
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(text(heard)).toBe(`${line}no JSON\n`);
});
