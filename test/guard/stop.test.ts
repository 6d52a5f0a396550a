import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claudeCode } from '../../src/agents/claude-code/index.ts';
import { defaults } from '../../src/config/schema.ts';
import type { Observation } from '../../src/events.ts';
import { stopAgent } from '../../src/guard/common-effects.ts';
import { follow } from '../../src/guard/follow.ts';
import { watchKin } from '../../src/guard/kin.ts';
import { noSession } from '../../src/guard/runtime.ts';
import { createLedger } from '../../src/recover/ledger.ts';
import { createHookSource } from '../../src/sensors/hook-source.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixture } from '../support/places.ts';

const [before, after] = ['a', 'b'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
];

/** A run whose agent is dead, in a config folder of its own. */
function run() {
  const config = temporaryFolder();
  const folder = join(config, 'projects', '-p');
  mkdirSync(folder, { recursive: true });
  const pathOf = (id: string) => join(folder, `${id}.jsonl`);
  const write = (id: string) =>
    writeFileSync(
      pathOf(id),
      `${JSON.stringify({ type: 'user', uuid: id, parentUuid: null, sessionId: id, cwd: '/p', message: { role: 'user', content: 'hi' } })}\n`,
    );
  const told: Observation[] = [];
  const launch = {
    adapter: claudeCode,
    command: 'claude',
    args: [],
    named: [],
    invocation: claudeCode.parseArguments([]),
    env: { CLAUDE_CONFIG_DIR: config },
    cwd: '/p',
  };
  const agent = {
    launch,
    config: defaults,
    version: null,
    hookSource: createHookSource(),
    recordsCallsFirst: false,
    unattended: false,
    launchedAtMs: Date.now() - 1_000,
    enteredMs: [],
    ledger: createLedger(),
    kin: watchKin(),
    paths: { run: 'no-such-run', folder: config, spool: '', lasting: '', status: '', journal: '' },
    tunnel: null,
    session: noSession,
    snapshot: null,
    mended: [],
    agentGone: Promise.resolve(),
    catchUp: async () => {},
    emit(observation: Observation) {
      told.push(observation);
      follow(agent, { ...observation, at: 0 });
    },
  };
  const stop = () =>
    stopAgent(
      agent,
      { pty: null, terminal: { detach() {} } },
      { type: 'stop', generation: 1, graceMs: 0, phase: 'streaming', cause: 'agent-gone' },
    );
  return { agent, told, folder, pathOf, write, stop };
}

it('saves under the session that was told of while the stop began', async () => {
  const { agent, folder, pathOf, write, stop } = run();
  write(before);
  write(after);
  agent.session = { ...noSession, id: before, transcriptPath: pathOf(before) };
  agent.catchUp = async () =>
    agent.emit({ type: 'session', sessionId: after, transcriptPath: pathOf(after), source: 'hook' });
  await stop();
  const saved = JSON.parse(readFileSync(join(folder, `${after}.recovery.json`), 'utf8'));
  expect(saved.session_id).toBe(after);
  expect(() => readFileSync(join(folder, `${before}.recovery.json`))).toThrow('ENOENT');
});

it('finds the conversation of an agent that was given no id and told of none', async () => {
  const { agent, folder, write, stop } = run();
  write(after);
  await stop();
  expect(agent.session.id).toBe(after);
  expect(readFileSync(join(folder, `${after}.recovery.json`), 'utf8')).toContain(after);
});

it('stops to the end where the snapshot of a dead agent cannot be written', async () => {
  const { agent, told, folder, pathOf, stop } = run();
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  agent.session = { ...noSession, id: before, transcriptPath: pathOf(before) };
  await stop();
  expect(told.filter(({ type }) => type === 'saved')).toMatchObject([{ ok: false, goesOn: true }]);
  expect(told.at(-1)).toMatchObject({ type: 'stop.done', generation: 1 });
});

it('knows what it has changed of what was said, and not what it has only added', async () => {
  const { agent, pathOf, stop } = run();
  agent.session = { ...noSession, id: before, transcriptPath: pathOf(before) };
  const text = (name: string) => readFileSync(fixture('transcripts', `${name}.jsonl`), 'utf8');
  writeFileSync(pathOf(before), text('damaged/263-nul-result'));
  await stop();
  expect(agent.mended).toMatchObject([{ kind: 'nul', count: 1 }]);
  writeFileSync(pathOf(before), text('329-exec-killed'));
  await stop();
  expect(agent.mended).toEqual([]);
  expect(readFileSync(pathOf(before), 'utf8')).not.toBe(text('329-exec-killed'));
});
