/**
 * What a real agent starts to outlive it: agents in the background behind its own service, a tmux server, a job. They
 * go on however the session ends, as they would without a guard.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { call, say } from '../../src/drill/api/scenario.ts';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { agentEnvironment, createSandbox, type Sandbox } from '../../src/drill/sandbox.ts';
import { type StandIn, startStandIn } from '../../src/drill/tls-stand-in.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { statePaths } from '../../src/platform/paths.ts';
import { isAlive } from '../../src/platform/process-identity.ts';
import { environmentOf } from '../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { readSessions } from '../../src/records/sessions.ts';
import { finished, patience } from '../support/guarded.ts';
import { guardBin } from '../support/places.ts';
import { missing, type RealVersion, realAgent } from '../support/real-agent.ts';
import { until } from '../support/until.ts';

/** The waits in one test add up; a machine under load needs them. */
vi.setConfig({ testTimeout: 300_000 });

const guard = guardBin;
/** The last words of the agent in the background, some seconds after its first ones. */
const lastWords = 'The task in the background is done.';
const task = 'this is a slow task';

interface Stage {
  readonly standIn: StandIn;
  readonly sandbox: Sandbox;
  start(guarded: boolean): OuterTerminal;
  agentPid(): number;
  guardPid(): number;
}

async function onStage(version: RealVersion, play: (stage: Stage) => Promise<void>): Promise<void> {
  const sandbox = createSandbox();
  const standIn = await startStandIn();
  const authority = join(sandbox.root, 'authority.pem');
  standIn.writeAuthority(authority);
  const command = realAgent(version, join(sandbox.root, 'bin')) ?? '';
  const env = agentEnvironment(
    sandbox,
    { HTTPS_PROXY: standIn.proxyUrl, NODE_EXTRA_CA_CERTS: authority },
    { ...patience, GUARDED_CLAUDE_COMMAND: command },
  );
  const terminals: OuterTerminal[] = [];
  const status = () => readSessions(statePaths(env)).at(-1)?.status;
  const stage: Stage = {
    standIn,
    sandbox,
    start(guarded) {
      const [file, args] = guarded ? [process.execPath, [guard]] : [command, []];
      const terminal = openTerminal({ command: file, args, cwd: sandbox.project, env });
      terminals.push(terminal);
      return terminal;
    },
    agentPid: () => status()?.agent_pid ?? Number.NaN,
    guardPid: () => status()?.pid ?? Number.NaN,
  };
  try {
    await play(stage);
  } catch (error) {
    process.stderr.write(`\n${terminals.map((terminal) => terminal.text()).join('\n----\n')}\n`);
    throw error;
  } finally {
    for (const { pid } of processesMarkedBy('CLAUDE_CONFIG_DIR', sandbox.configDir)) endProcess(pid);
    await standIn.stop();
    sandbox.remove();
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

/** From an idle prompt to the list of agents, with a task for a new one. */
async function dispatch(terminal: OuterTerminal, words: string): Promise<void> {
  terminal.write('\x1b[D');
  await terminal.waitFor(/describe a task|Type a task/, 30_000);
  await until('the box takes the task', () => typed(terminal, words), 30_000);
  terminal.write('\r');
}

/** The settings with which sessions in the background are started again, weeks later perhaps. */
function settingsOfJobs({ configDir }: Sandbox): readonly string[] {
  const jobs = join(configDir, 'jobs');
  const states = readdirSync(jobs).map((name) => join(jobs, name, 'state.json'));
  return states.filter(existsSync).flatMap((path) => {
    const { respawnFlags = [] } = JSON.parse(readFileSync(path, 'utf8'));
    const at = respawnFlags.indexOf('--settings');
    return at < 0 ? [] : [respawnFlags[at + 1]];
  });
}

let lastTyped = 0;
function typed(terminal: OuterTerminal, words: string): boolean {
  if (terminal.text().includes(words)) return true;
  if (Date.now() - lastTyped > 3_000) terminal.write(`\x15${words}`);
  if (Date.now() - lastTyped > 3_000) lastTyped = Date.now();
  return false;
}

const ends: Readonly<Record<string, (terminal: OuterTerminal, stage: Stage) => Promise<void>>> = {
  async 'the person leaves'(terminal) {
    const pressing = setInterval(() => terminal.write('\x03'), 400);
    await terminal.exited;
    clearInterval(pressing);
  },
  async 'the agent is killed'(_terminal, { agentPid }) {
    process.kill(agentPid(), 'SIGKILL');
  },
  async 'the terminal is closed'(terminal) {
    terminal.close();
    await terminal.exited;
  },
  async 'the guard is killed'(terminal, { guardPid }) {
    process.kill(guardPid(), 'SIGKILL');
    await terminal.exited;
  },
};

const cases: readonly (readonly [RealVersion, string])[] = [
  ['2.1.329', 'the person leaves'],
  ['2.1.329', 'the agent is killed'],
  ['2.1.263', 'the terminal is closed'],
  ['2.1.332', 'the guard is killed'],
  // Half a minute each: the other pairs are played where there is time.
  ...(process.env.NIGHTLY === undefined
    ? []
    : ([
        ['2.1.329', 'the terminal is closed'],
        ['2.1.329', 'the guard is killed'],
        ['2.1.263', 'the guard is killed'],
        ['2.1.332', 'the person leaves'],
      ] as const)),
];

describe.runIf(process.platform === 'linux')('agents in the background', () => {
  test.each(cases.filter(([version]) => !missing(version)))(
    '%s: finish their task when %s',
    async (version, end) => {
      await onStage(version, async (stage) => {
        const { standIn, sandbox } = stage;
        const asked = () =>
          standIn.api.turns().filter((turn) => JSON.stringify(turn.body).includes(task)).length;
        standIn.api.respond((request) =>
          JSON.stringify(request.body).includes(task)
            ? say(`${'word '.repeat(60)}${lastWords}`, 120)
            : say(finished),
        );
        const terminal = stage.start(true);
        await terminal.waitFor('❯', 30_000);
        await typePrompt(terminal, 'hello there');
        await terminal.waitFor(finished, 30_000);
        await dispatch(terminal, task);
        await until('the task has begun', () => asked() > 0);
        await sleep(2_500); // by then the guard has seen the service

        await ends[end]?.(terminal, stage);
        const onRecord = () =>
          sandbox.transcripts().some((path) => readFileSync(path, 'utf8').includes(lastWords));
        await until('the task is done', onRecord);

        const noted = settingsOfJobs(sandbox);
        expect(noted).not.toEqual([]);
        for (const path of noted) {
          expect(path).not.toContain('/sessions/'); // the records of a run go one day
          expect(existsSync(path)).toBe(true);
        }

        if (end === 'the agent is killed') return; // the guard is there still, with the next one
        const plain = stage.start(false);
        await plain.waitFor('❯', 30_000);
        const before = standIn.api.turns().length;
        await dispatch(plain, 'a second task');
        await until('a plain agent’s task is asked', () => standIn.api.turns().length > before);
      });
    },
  );
});

describe.runIf(process.platform === 'linux' && !missing('2.1.329'))('a tmux server and a job', () => {
  test.each(Object.keys(ends))('go on when %s', async (end) => {
    await onStage('2.1.329', async (stage) => {
      const { standIn, sandbox } = stage;
      const socket = join(sandbox.root, 'tmux');
      const start = `nohup sh -c 'echo $$ >job; exec sleep 300' >/dev/null 2>&1 & tmux -S ${socket} -f /dev/null new-session -d 'echo $$ >pane; exec sleep 300'`;
      standIn.api.enqueue(call('Bash', { command: start, description: 'start them' }));
      standIn.api.respond(() => say(finished));
      const terminal = stage.start(true);
      await terminal.waitFor('❯', 30_000);
      await typePrompt(terminal, 'hello there');
      await terminal.waitFor(finished, 30_000);
      const files = ['job', 'pane'].map((name) => join(sandbox.project, name));
      await until(
        'both run',
        () => files.every((file) => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n')),
        20_000,
      );
      const pids = files.map((file) => Number(readFileSync(file, 'utf8')));
      const own = processesMarkedBy('CLAUDE_CONFIG_DIR', sandbox.configDir).filter(({ pid }) =>
        pids.includes(pid),
      );
      expect(own).toHaveLength(2);
      for (const { pid } of own) expect(environmentOf(pid).join()).not.toContain('guard:'); // no address of ours

      const agent = stage.agentPid();
      await ends[end]?.(terminal, stage);
      if (end === 'the agent is killed') await until('the next agent', () => stage.agentPid() !== agent);
      await sleep(1_500); // what would end them takes a second
      expect(own.filter(isAlive)).toHaveLength(2);
    });
  });
});
