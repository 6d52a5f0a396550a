/** How the guard ends, and the ways in which it only passes through: exit codes, signals, print mode, nested guards. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { say } from '../../src/drill/api/scenario.ts';
import { openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { startWorld, type World } from '../../src/drill/world.ts';
import { ownMark } from '../../src/platform/run-mark.ts';
import { finished, onGuard } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { missing, realAgent } from '../support/real-agent.ts';

const guard = guardBin;
const version = '2.1.329';

describe.skipIf(missing(version))('Claude Code, passed through', () => {
  let sandbox: Sandbox;
  let agent: string;
  let world: World;

  beforeEach(async () => {
    sandbox = createSandbox();
    world = await startWorld(sandbox);
    agent = realAgent(version, join(sandbox.root, 'bin')) ?? '';
  });
  afterEach(async () => {
    await world.stop();
    sandbox.remove();
  });

  const environment = (extra: Readonly<Record<string, string>> = {}) =>
    agentEnvironment(sandbox, world.variables, { GUARDED_CLAUDE_COMMAND: agent, ...extra });
  /** Beside this process, which has to answer as the API meanwhile. */
  const run = (file: string, args: readonly string[], env = environment()) =>
    execa(file, args, { cwd: sandbox.project, env, extendEnv: false, reject: false, stdin: 'ignore' });

  test.each([['--version'], ['--help'], ['mcp', 'list']])('%s %s is the agent itself', async (...args) => {
    const direct = await run(agent, args);
    const guarded = await run(process.execPath, [guard, ...args]);
    expect(guarded.stdout).toBe(direct.stdout);
    expect(guarded.exitCode).toBe(direct.exitCode);
  });

  test('an agent that is not there is 127, one that cannot be run 126', async () => {
    const nowhere = { GUARDED_CLAUDE_COMMAND: join(sandbox.root, 'nowhere') };
    expect((await run(process.execPath, [guard], environment(nowhere))).exitCode).toBe(127);
    const plain = join(sandbox.root, 'plain');
    writeFileSync(plain, '#!/bin/sh\n');
    chmodSync(plain, 0o644);
    const blocked = await run(process.execPath, [guard], environment({ GUARDED_CLAUDE_COMMAND: plain }));
    expect(blocked.exitCode).toBe(126);
  });

  test.each([
    ['switched off', { GUARDED_CLAUDE: 'off' }],
    // This very process, which the agent descends from.
    ['inside another guard', ownMark('outer')],
  ])('%s, the agent runs plainly in a terminal', async (_, extra) => {
    world.api.respond(() => say(finished));
    const terminal = openTerminal({
      command: process.execPath,
      args: [guard],
      cwd: sandbox.project,
      env: environment(extra),
    });
    await terminal.waitFor('❯');
    terminal.write('hello');
    await terminal.waitFor('hello');
    terminal.write('\r');
    await terminal.waitFor(finished);
    const state = await run('find', [sandbox.stateHome, '-name', 'status.json']);
    expect(state.stdout.toString()).toBe('');
    terminal.write('\x03');
    terminal.write('\x03');
    expect(await terminal.exited).toMatchObject({ code: 0 });
  });
});

describe.concurrent.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  describe.skipIf(missing(version))('ends', () => {
    test('by /exit, and so does the guard, without an incident', async () => {
      await onGuard({ version }, async ({ terminal, submit, incidents }) => {
        await submit('/exit');
        expect(await terminal.exited).toMatchObject({ code: 0 });
        expect(incidents()).toEqual([]);
      });
    });

    test('by SIGTERM to the guard, which passes it on', async () => {
      await onGuard({ version }, async ({ terminal, status, incidents, submit }) => {
        await submit('hello');
        await terminal.waitFor(finished);
        const pid = status()?.pid;
        if (!pid) throw new Error('the guard does not say who it is'); // 0 would be everybody
        process.kill(pid, 'SIGTERM');
        expect(await terminal.exited).toMatchObject({ code: 143 });
        expect(incidents()).toEqual([]);
      });
    });
  });
});
