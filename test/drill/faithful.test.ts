/**
 * To the adapter, the simulated agent looks like the real ones: in each phase, it reads the same facts from the screen.
 */
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { claudeCode } from '../../src/agents/claude-code/index.ts';
import type { ScreenView } from '../../src/agents/contract/screen.ts';
import { installSimulatedAgent } from '../../src/drill/agent/install.ts';
import { faults, longTool } from '../../src/drill/api/faults.ts';
import { call, type Scenario } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { startWorld, type World } from '../../src/drill/world.ts';
import type { ScreenFacts } from '../../src/events.ts';
import { missing, type RealVersion, realAgent } from '../support/real-agent.ts';

let world: World;
let sandbox: Sandbox;
let terminal: OuterTerminal;

afterEach(async () => {
  terminal.kill();
  await terminal.exited;
  await world.stop();
  sandbox.remove();
});

function view(): ScreenView {
  return {
    rows: terminal.rows(),
    cursor: { row: 0, column: 0, visible: false },
    title: terminal.title(),
    columns: 110,
    stale: false,
  };
}

interface Phase {
  readonly scenario: Scenario | null;
  readonly tools?: 'ask';
  readonly facts: Partial<ScreenFacts>;
}

const phases: Readonly<Record<string, Phase>> = {
  'at the prompt': { scenario: null, facts: { activity: 'idle' } },
  'no answer yet': { scenario: faults['no-headers'].scenario, facts: { activity: 'busy' } },
  'dead in mid-text': {
    scenario: faults['dead-mid-text'].scenario,
    facts: { activity: 'busy', tokens: expect.any(Number), elapsedS: expect.any(Number) },
  },
  'a long command': { scenario: longTool(30), facts: { activity: 'tool' } },
  'its own retries': {
    scenario: faults['error-500'].scenario,
    facts: { activity: 'retrying', retry: expect.objectContaining({ of: 10 }) },
  },
  'a turn that failed': {
    scenario: faults['close-mid-tool-input'].scenario,
    facts: { activity: 'idle', failure: expect.objectContaining({ kind: 'connection' }) },
  },
  'a broken history': {
    scenario: faults['error-400-pairing'].scenario,
    facts: { activity: 'idle', failure: expect.objectContaining({ kind: 'history' }) },
  },
  'a question': {
    scenario: call('Bash', { command: 'touch x', description: 'Touch' }),
    tools: 'ask',
    facts: { activity: 'dialog', dialog: 'permission' },
  },
};

/** 2.1.197 ends a turn without a word where the others show an error. */
const silentEnd = ['2.1.197', 'a turn that failed'];

const agents: readonly ('simulated' | RealVersion)[] = ['simulated', '2.1.329', '2.1.197'];

describe.each(agents)('agent %s', (agent) => {
  test.skipIf(agent !== 'simulated' && missing(agent)).for(Object.keys(phases))('%s', async (name) => {
    const phase = phases[name] as Phase;
    sandbox = createSandbox(phase.tools ? { tools: phase.tools } : {});
    world = await startWorld(sandbox);
    const { api } = world;
    const { scenario } = phase;
    if (scenario) api.respond(() => scenario);
    const bin = join(sandbox.root, 'bin');
    const command = agent === 'simulated' ? installSimulatedAgent(bin) : realAgent(agent, bin);
    if (command === null) throw new Error(`no agent ${agent}`);
    terminal = openTerminal({
      command,
      args: [],
      cwd: sandbox.project,
      env: agentEnvironment(sandbox, world.variables),
    });
    await terminal.waitFor('❯');
    const text = agent === 'simulated' ? '2.1.329' : agent;
    const version = { text, parts: text.split('.').map(Number) };
    const facts = () => claudeCode.readScreen(view(), version);
    if (scenario) {
      await expect.poll(facts, { timeout: 10_000 }).toMatchObject({ activity: 'idle' });
      terminal.write('please go');
      await terminal.waitFor('please go');
      terminal.write('\r');
      await api.waitForRequest(({ kind }) => kind === 'main');
    }
    const wanted = silentEnd[0] === agent && silentEnd[1] === name ? { activity: 'idle' } : phase.facts;
    await expect.poll(facts, { timeout: 15_000, message: terminal.text() }).toMatchObject(wanted);
  });
});
