/** A home that cannot be written to: the agent may say so of its own files, when it likes, but no hook fails. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { startWorld } from '../../src/drill/world.ts';
import { finished } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { missing, realAgent } from '../support/real-agent.ts';

/** In a mount namespace of its own: root may write anywhere else. */
const readOnly = 'mount --bind "$HOME" "$HOME" && mount -o remount,ro,bind "$HOME" && exec "$@"';
const canMount = spawnSync('unshare', ['-m', 'sh', '-c', readOnly, 'sh', 'true']).status === 0;
const complaint = /hook error|hook.*failed|hook.*(EROFS|read-only)/i;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version) || !canMount)(
    'no hook of ours shows on the screen',
    { timeout: 90_000 },
    async ({ onTestFinished }) => {
      const sandbox = createSandbox();
      onTestFinished(() => sandbox.remove());
      const world = await startWorld(sandbox);
      onTestFinished(() => world.stop());
      world.api.respond(() => say(finished));
      const agent = realAgent(version, join(sandbox.root, 'bin')) ?? '';
      const terminal = openTerminal({
        command: 'unshare',
        args: ['-m', 'sh', '-c', readOnly, 'sh', process.execPath, guardBin],
        cwd: sandbox.project,
        env: agentEnvironment(sandbox, world.variables, { GUARDED_CLAUDE_COMMAND: agent }),
      });
      onTestFinished(async () => {
        terminal.kill('SIGTERM');
        await terminal.exited;
      });
      await terminal.waitFor(/❯/, 60_000);
      await typePrompt(terminal, 'please go on');
      await terminal.waitFor(finished, 60_000);
      const lines = terminal.text().split('\n');
      expect(lines.filter((line) => complaint.test(line))).toEqual([]);
    },
  );
});
