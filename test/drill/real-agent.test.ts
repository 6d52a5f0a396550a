/** The simulated API and the sandbox are good enough for the real agent: no dialog, a turn with a tool, an end. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Api, lastPrompt, startApi } from '../../src/drill/api/api.ts';
import { call, say } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { type StandIn, startStandIn } from '../../src/drill/tls-stand-in.ts';
import { firstPartyVariables, gatewayVariables } from '../../src/drill/world.ts';
import { missing, type RealVersion, realAgent } from '../support/real-agent.ts';

let api: Api | undefined;
let standIn: StandIn | undefined;
let sandbox: Sandbox;
let terminal: OuterTerminal;

afterEach(async () => {
  terminal.kill();
  await terminal.exited;
  await api?.stop();
  await standIn?.stop();
  api = standIn = undefined;
  sandbox.remove();
});

function start(version: RealVersion, environment: Readonly<Record<string, string>>): void {
  const command = realAgent(version, join(sandbox.root, 'bin'));
  if (command === null) throw new Error(`no agent ${version}`);
  terminal = openTerminal({ command, args: [], cwd: sandbox.project, env: environment });
}

async function completeATurn(simulated: Api): Promise<void> {
  simulated.enqueue(
    call('Bash', { command: 'echo hello > made.txt', description: 'Make a file' }),
    say('All done here.'),
  );
  await terminal.waitFor('❯');
  terminal.write('make it');
  await terminal.waitFor('make it');
  terminal.write('\r');
  await terminal.waitFor('All done here.', 60_000);
  const [first, second] = simulated.turns();
  expect(first && lastPrompt(first)).toContain('make it');
  expect(JSON.stringify(second?.body?.messages)).toContain('tool_result');
  expect(readFileSync(join(sandbox.project, 'made.txt'), 'utf8')).toBe('hello\n');
  expect(sandbox.transcripts().filter(existsSync)).toHaveLength(1);
}

describe.each(['2.1.329', '2.1.197'] as const)('Claude Code %s', (version) => {
  test.skipIf(missing(version))('completes a turn with a tool', { timeout: 120_000 }, async () => {
    sandbox = createSandbox();
    api = await startApi({ enforceRules: true });
    start(version, agentEnvironment(sandbox, gatewayVariables(api.url)));
    await completeATurn(api);
  });

  test.skipIf(missing(version))(
    'does so through the stand-in for the vendor',
    { timeout: 120_000 },
    async () => {
      sandbox = createSandbox();
      standIn = await startStandIn({ enforceRules: true });
      start(version, agentEnvironment(sandbox, firstPartyVariables(standIn, sandbox)));
      await completeATurn(standIn.api);
      expect(standIn.connects).toContain('api.anthropic.com:443');
    },
  );
});
