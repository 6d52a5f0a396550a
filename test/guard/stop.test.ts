/** What a stop does with the conversation, for an agent that is gone and for a living one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SentPrompt } from '../../src/agents/contract/conversation.ts';
import type { Effect } from '../../src/effects.ts';
import type { Agent, AgentProcess } from '../../src/guard/agent.ts';
import { stopAgent } from '../../src/guard/stop.ts';
import { isAlive, startTimeOf } from '../../src/platform/process-identity.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fixture } from '../support/places.ts';
import { bodyWith, type PartsOptions, partsOfRun } from '../support/run.ts';

type Stop = Extract<Effect, { type: 'stop' }>;

const [before, after] = ['a', 'b'].map((letter) => `${letter.repeat(8)}-0000-4000-8000-000000000000`) as [
  string,
  string,
];

/** The folder of conversations in a config folder of its own. */
function conversations() {
  const config = temporaryFolder();
  const folder = join(config, 'projects', '-p');
  mkdirSync(folder, { recursive: true });
  const pathOf = (id: string) => join(folder, `${id}.jsonl`);
  const record = (id: string) => ({
    type: 'user',
    uuid: id,
    parentUuid: null,
    sessionId: id,
    cwd: '/p',
    message: { role: 'user', content: 'hi' },
  });
  const write = (id: string) => writeFileSync(pathOf(id), `${JSON.stringify(record(id))}\n`);
  return { config, folder, pathOf, write };
}

/** A run in such a folder. */
function runIn(config: string, known: Pick<PartsOptions, 'id' | 'transcriptPath'> = {}) {
  const parts = partsOfRun({ env: { CLAUDE_CONFIG_DIR: config }, cwd: '/p', ...known });
  const { run, agent, conversation, told } = parts;
  const detached: number[] = [];
  const stop = (catchUp = async () => {}, isSpared = () => false) =>
    stopAgent(
      run,
      agent,
      conversation,
      bodyWith({ catchUp, detach: () => void detached.push(told.length) }),
      { type: 'stop', generation: 1, graceMs: 0, phase: 'streaming', cause: 'agent-gone' },
      isSpared,
    );
  return { ...parts, stop, detached };
}

/** A process in an agent's place, of the first generation. */
function started(): AgentProcess & { readonly process: ChildProcess } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    pid: child.pid as number,
    generation: 1,
    kill: (signal) => void child.kill(signal),
    process: child,
  };
}

/** An agent of the first generation with a tool in a session of its own, which survives it. */
async function withTool(agent: Agent) {
  const parent = spawn('sh', ['-c', 'setsid sleep 60 & echo $!; wait'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(line);
  const tool = { pid, startTime: startTimeOf(pid) as string };
  onTestFinished(() => {
    parent.kill('SIGKILL');
    if (isAlive(tool)) process.kill(pid, 'SIGKILL');
  });
  const ended = agent.started({
    pid: parent.pid as number,
    generation: 1,
    kill: (signal) => void parent.kill(signal),
  });
  agent.kin.look(parent.pid as number);
  return {
    lives: () => isAlive(tool),
    async agentDies() {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
      ended(async () => {});
      await agent.gone;
    },
  };
}

it('saves under the session that was reported while the stop began', async () => {
  const { config, folder, pathOf, write } = conversations();
  write(before);
  write(after);
  const { run, stop } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  await stop(async () =>
    run.emit({ type: 'session', sessionId: after, transcriptPath: pathOf(after), source: 'hook' }),
  );
  const saved = JSON.parse(readFileSync(join(folder, `${after}.recovery.json`), 'utf8'));
  expect(saved.session_id).toBe(after);
  expect(() => readFileSync(join(folder, `${before}.recovery.json`))).toThrow('ENOENT');
});

it('finds the conversation of an agent that was given no id and reported none', async () => {
  const { config, folder, write } = conversations();
  const { conversation, stop } = runIn(config);
  write(after);
  await stop();
  expect(conversation.id).toBe(after);
  expect(readFileSync(join(folder, `${after}.recovery.json`), 'utf8')).toContain(after);
});

it('completes the stop even if the snapshot of a dead agent cannot be written', async () => {
  const { config, folder, pathOf } = conversations();
  const { told, stop } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  await stop();
  expect(told.filter(({ type }) => type === 'saved')).toMatchObject([{ ok: false, goesOn: true }]);
  expect(told.at(-1)).toMatchObject({ type: 'stop.done', generation: 1 });
});

it('leaves a living agent alone if its snapshot cannot be written', async () => {
  const { config, folder, pathOf } = conversations();
  const { agent, told, stop, detached } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  const child = started();
  agent.started(child);
  rmSync(folder, { recursive: true });
  writeFileSync(folder, 'no folder');
  await stop();
  expect(told.at(-1)).toMatchObject({ type: 'saved', ok: false });
  expect(detached).toEqual([]);
  expect(child.process.exitCode ?? child.process.signalCode).toBeNull();
});

it('leaves a living agent alone if it goes on by itself while it is looked at', async () => {
  const { config, pathOf, write } = conversations();
  write(before);
  const { agent, told, stop, detached } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  const child = started();
  agent.started(child);
  await stop(undefined, () => told.some(({ type }) => type === 'saved'));
  expect(told).toMatchObject([{ type: 'saved', ok: true }]);
  expect(detached).toEqual([]);
  expect(child.process.exitCode ?? child.process.signalCode).toBeNull();
});

it('leaves it alone also if its conversation has no file yet', async () => {
  const { agent, told, stop, detached } = runIn(conversations().config);
  agent.started(started());
  await stop(undefined, () => told.some(({ type }) => type === 'saved'));
  expect(told).toMatchObject([{ type: 'saved', ok: true }]);
  expect(detached).toEqual([]);
});

it('tells of a living agent that it has ended before anything of it was ended', async () => {
  const { config, pathOf, write } = conversations();
  write(before);
  const { agent, told, stop } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  const ended = agent.started(started());
  await stop(undefined, () => {
    ended(async () => {});
    return false;
  });
  expect(told.at(-1)).toMatchObject({ type: 'stop.done', endedByItself: true });
});

describe('what is to be looked at does not answer', () => {
  const never = () => new Promise<void>(() => {});
  const inConversation = () => {
    const { config, pathOf, write } = conversations();
    write(before);
    return runIn(config, { id: before, transcriptPath: pathOf(before) });
  };

  it('the tools of a dead agent are ended all the same', async () => {
    const { agent, told, stop } = inConversation();
    const tool = await withTool(agent);
    await tool.agentDies();
    void stop(never);
    await vi.waitUntil(() => !tool.lives(), { timeout: 20_000 });
    expect(told).toEqual([]);
  });

  it('so are those of one that dies while it is looked at', async () => {
    const { agent, stop } = inConversation();
    const tool = await withTool(agent);
    void stop(never);
    await tool.agentDies();
    await vi.waitUntil(() => !tool.lives(), { timeout: 20_000 });
  });

  it('but not before its last reports are read: a call that is over may have left something that is to stay', async () => {
    const { agent, stop } = inConversation();
    const tool = await withTool(agent);
    await tool.agentDies();
    const lived: boolean[] = [];
    await stop(async () => void lived.push(tool.lives()));
    expect(lived[0]).toBe(true);
    expect(tool.lives()).toBe(false);
  });

  it('a living agent is left alone, even if the answer comes at last', async () => {
    const { agent, conversation, told, stop, detached } = inConversation();
    const child = started();
    agent.started(child);
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let answer = (): void => {};
    let isOver = false;
    void stop(() => new Promise((resolve) => (answer = resolve))).finally(() => {
      isOver = true;
    });
    for (let waitedS = 0; waitedS < 90 && !isOver; waitedS++) await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([{ type: 'saved', ok: false, detail: 'the disk does not answer' }]);
    answer();
    for (let waitedS = 0; waitedS < 90; waitedS++) await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toHaveLength(1);
    expect(detached).toEqual([]);
    expect(conversation.snapshot).toBeNull();
    expect(child.process.exitCode ?? child.process.signalCode).toBeNull();
  });
});

it('reports that it is done only after a living agent’s end has been reported', async () => {
  const { config, pathOf, write } = conversations();
  write(before);
  const { run, agent, told, stop, detached } = runIn(config, {
    id: before,
    transcriptPath: pathOf(before),
  });
  const child = started();
  const ended = agent.started(child);
  child.process.once('exit', (code, signal) =>
    ended(async () => {
      await pause(50);
      run.emit({ type: 'agent.exited', generation: 1, code, signal });
    }),
  );
  await stop();
  expect(told.map(({ type }) => type)).toEqual(['saved', 'agent.exited', 'repaired', 'stop.done']);
  expect(told.at(-1)).not.toHaveProperty('endedByItself');
  expect(detached).toEqual([1]);
  expect(agent.process).toBeNull();
});

it('knows what it has changed in what was said, not what it has only added', async () => {
  const { config, pathOf } = conversations();
  const { conversation, stop } = runIn(config, { id: before, transcriptPath: pathOf(before) });
  const text = (name: string) => readFileSync(fixture('transcripts', `${name}.jsonl`), 'utf8');
  writeFileSync(pathOf(before), text('damaged/263-nul-result'));
  await stop();
  expect(conversation.mended).toMatchObject([{ kind: 'nul', count: 1 }]);
  writeFileSync(pathOf(before), text('329-exec-killed'));
  await stop();
  expect(conversation.mended).toEqual([]);
  expect(readFileSync(pathOf(before), 'utf8')).not.toBe(text('329-exec-killed'));
});

describe('a prompt was sent, and no turn has been seen yet', () => {
  const atMs = Date.now();
  const prompt = { text: 'hi', id: null, taken: false, atMs };
  async function stopWith(records: readonly object[], sent: readonly SentPrompt[]) {
    const { config, pathOf } = conversations();
    const { run, agent, conversation, told } = runIn(config, { id: before, transcriptPath: pathOf(before) });
    writeFileSync(pathOf(before), records.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const effect: Stop = {
      type: 'stop',
      generation: 1,
      graceMs: 0,
      phase: 'between_turns',
      cause: 'agent-gone',
    };
    await stopAgent(run, agent, conversation, bodyWith({ sentPrompts: () => sent }), effect, () => false);
    return { told, phase: conversation.snapshot?.disconnect_phase };
  }
  const linked = (uuid: string, parentUuid: string | null, message: object) => ({
    type: 'role' in message ? message.role : '',
    uuid,
    parentUuid,
    sessionId: before,
    cwd: '/p',
    timestamp: new Date(atMs + 10).toISOString(),
    message,
  });
  const asked = linked('1', null, { role: 'user', content: 'hi' });
  const answered = linked('2', '1', {
    id: 'm',
    role: 'assistant',
    stop_reason: 'end_turn',
    content: [{ type: 'text', text: 'Hello.' }],
  });

  it('was cut off if it is on record without an answer', async () => {
    const { told, phase } = await stopWith([asked], [{ ...prompt, text: 'before' }, prompt]);
    expect(told).toContainEqual(expect.objectContaining({ type: 'saved', unanswered: true }));
    expect(phase).toBe('streaming');
  });

  it.each<[string, readonly object[], readonly SentPrompt[]]>([
    ['it has been answered', [asked, answered], [prompt]],
    ['it is not on record', [asked], [{ ...prompt, text: 'something else' }]],
    ['its turn is over', [asked], []],
  ])('was not cut off if %s', async (_, records, sent) => {
    const { told, phase } = await stopWith(records, sent);
    expect(told.find(({ type }) => type === 'saved')).not.toHaveProperty('unanswered');
    expect(phase).toBe('between_turns');
  });
});
