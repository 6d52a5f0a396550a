/** A home that cannot be written to: the agent says of it what it says by itself, and nothing more. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox } from '../../src/drill/sandbox.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { startWorld } from '../../src/drill/world.ts';
import { finished } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { missing, realAgent } from '../support/real-agent.ts';

const guard = guardBin;
/** In a mount namespace of its own: root may write anywhere else. */
const readOnly = 'mount --bind "$HOME" "$HOME" && mount -o remount,ro,bind "$HOME" && exec "$@"';
const canMount = spawnSync('unshare', ['-m', 'sh', '-c', readOnly, 'sh', 'true']).status === 0;
const complaints = /EROFS|read-only file system|hook error|hook.*failed/gi;

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  /** What it complains of, over a turn. */
  async function complaintsOf(
    guarded: boolean,
    { onTestFinished }: Pick<TestContext, 'onTestFinished'>, // tests run at once: each has its own
  ): Promise<number> {
    const sandbox = createSandbox();
    onTestFinished(() => sandbox.remove());
    const world = await startWorld(sandbox);
    onTestFinished(() => world.stop());
    world.api.respond(() => say(finished));
    const agent = realAgent(version, join(sandbox.root, 'bin')) ?? '';
    const env = agentEnvironment(sandbox, world.variables, { GUARDED_CLAUDE_COMMAND: agent });
    const words = guarded ? [process.execPath, guard] : [agent];
    const terminal = openTerminal({
      command: 'unshare',
      args: ['-m', 'sh', '-c', readOnly, 'sh', ...words],
      cwd: sandbox.project,
      env,
    });
    onTestFinished(async () => {
      terminal.kill('SIGTERM');
      await terminal.exited;
    });
    await terminal.waitFor(/❯/, 60_000);
    await typePrompt(terminal, 'please go on');
    await terminal.waitFor(finished, 60_000);
    return terminal.text().match(complaints)?.length ?? 0;
  }

  test.skipIf(missing(version) || !canMount)(
    'no hook of ours shows on the screen',
    { timeout: 180_000 },
    async (context) => {
      expect(await complaintsOf(true, context)).toBe(await complaintsOf(false, context));
    },
  );
});
