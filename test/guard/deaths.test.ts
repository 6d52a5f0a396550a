/**
 * The guard's own death, instant by instant: whatever it was about to do, no process is left behind, no file is torn,
 * and the next start works. A few rows by default, all of them with NIGHTLY.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faults } from '../../src/drill/api/faults.ts';
import { say } from '../../src/drill/api/scenario.ts';
import { commandLine, processTable } from '../../src/platform/process-table.ts';
import {
  type Call,
  expectCleanDeath,
  expectNextStart,
  openStruck,
  type Struck,
  type Way,
} from '../support/struck.ts';
import { until } from '../support/until.ts';

interface Instant {
  /** The guard's own call at which it is struck; null: from outside, when `play` is through. */
  readonly at: Call | null;
  readonly settings?: Readonly<Record<string, string>>;
  readonly play: (struck: Struck) => Promise<void>;
  readonly byDefault?: true;
}

const nothing = async () => {};
const prompt = ({ terminal }: Struck) => terminal.waitFor('❯');
const words = Array.from({ length: 200 }, (_, index) => `word${index}`).join(' ');

async function turn(struck: Struck): Promise<void> {
  await prompt(struck);
  struck.api.enqueue(say(words, 100));
  await struck.submit('please do it');
  await struck.terminal.waitFor('word5');
}

/** An agent that is relaunched because its stream is dead. */
async function deadStream(struck: Struck): Promise<void> {
  await prompt(struck);
  struck.api.enqueue(faults['dead-mid-text'].scenario);
  await struck.submit('please do it');
}
const byRelaunch = { GUARDED_CLAUDE_IN_PLACE: 'off', GUARDED_CLAUDE_STREAM_TIMEOUT_MS: '1000' };

/** An agent that is killed in a call: its conversation is repaired before the next one reads it. */
async function killedInCall(struck: Struck): Promise<void> {
  await turn(struck);
  for (const path of struck.sandbox.transcripts()) {
    const records = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { uuid, ...last } = records.findLast((record) => record.uuid);
    const content = [{ type: 'tool_use', id: 'toolu_open', name: 'Bash', input: { command: 'true' } }];
    const message = {
      id: 'msg_open',
      type: 'message',
      role: 'assistant',
      model: 'claude-simulated',
      content,
    };
    const open = { ...last, type: 'assistant', parentUuid: uuid, uuid: randomUUID(), message };
    appendFileSync(path, `${JSON.stringify(open)}\n`);
  }
  process.kill(struck.status()?.agent_pid ?? 0, 'SIGKILL');
}

async function lostTurn(struck: Struck): Promise<void> {
  await prompt(struck);
  struck.api.enqueue(faults['close-mid-tool-input'].scenario);
  await struck.submit('please do it');
}

async function leaving(struck: Struck): Promise<void> {
  await prompt(struck);
  await struck.submit('please do it');
  await struck.terminal.waitFor(still);
  await until('the turn is over', () => struck.status()?.state === 'idle');
  struck.terminal.write('\x03\x03');
}

const slave = '^/dev/pts/';
const snapshot = '\\.recovery\\.json';
const instants: Readonly<Record<string, Instant>> = {
  'the folder of the run is made': {
    at: { call: 'writeFileSync', on: '/room ', when: 'after' },
    play: nothing,
  },
  'the files of the launch are written': {
    at: { call: 'openSync', on: 'settings\\.json\\.\\d', when: 'after' },
    play: nothing,
  },
  'the agent has just been started': { at: { call: 'openSync', on: slave, when: 'after' }, play: nothing },
  'the agent boots': { at: { call: 'openSync', on: 'journal\\.jsonl', when: 'after' }, play: nothing },
  'the agent is idle': {
    at: null,
    async play(struck) {
      await prompt(struck);
      await until('the guard knows', () => struck.status()?.state === 'idle');
    },
  },
  'a turn runs': { at: null, play: turn, byDefault: true },
  'the snapshot is being written': {
    at: { call: 'promises.open', on: snapshot, when: 'after' },
    settings: byRelaunch,
    play: deadStream,
  },
  'the snapshot is about to be put in place': {
    at: { call: 'promises.rename', on: snapshot, when: 'before' },
    settings: byRelaunch,
    play: deadStream,
  },
  'the agent is dead, and the next not begun': {
    at: { call: 'promises.rename', on: snapshot, nth: 2, when: 'after' },
    settings: byRelaunch,
    play: deadStream,
  },
  'the repaired copy is begun': {
    at: { call: 'promises.open', on: '\\.repaired', when: 'after' },
    play: killedInCall,
    byDefault: true,
  },
  'the original is kept under another name': {
    at: { call: 'promises.link', on: 'before-repair', when: 'after' },
    play: killedInCall,
  },
  'the repaired copy is put in place': {
    at: { call: 'promises.rename', on: '\\.repaired', when: 'after' },
    play: killedInCall,
  },
  'the next agent has just been started': {
    at: { call: 'openSync', on: slave, nth: 2, when: 'after' },
    settings: byRelaunch,
    play: deadStream,
  },
  'the next agent boots': {
    at: { call: 'write', on: '"generation":2', when: 'after' },
    settings: byRelaunch,
    play: deadStream,
  },
  'a nudge is typed': { at: { call: 'writeSync', on: 'interrupted', when: 'after' }, play: lostTurn },
  'the agent has left': { at: { call: 'renameSync', on: 'status\\.json', when: 'before' }, play: leaving },
};

const rows = Object.entries(instants).filter(([, { byDefault }]) => byDefault || process.env.NIGHTLY);

async function struckAt({ at, settings, play }: Instant, way: Way): Promise<Struck> {
  const struck = await openStruck({ at, way, ...(settings && { settings }) });
  struck.api.respond(() => say(still));
  await play(struck);
  if (at === null) struck.terminal.kill();
  return struck;
}

const still = 'Still here.';

describe.runIf(process.platform === 'linux')('the guard is killed', () => {
  test.each(rows)('while %s', async (_, instant) => {
    const struck = await struckAt(instant, 'killed');
    expect((await struck.terminal.exited).signal).toBe(9);
    await expectCleanDeath(struck);
    await expectNextStart(struck);
  });
});

test.runIf(process.platform === 'linux')(
  'when no more files can be opened just after the agent has begun, there is this one agent, and it can be used',
  async () => {
    const at = { call: 'openSync', on: slave, when: 'after' } as const;
    const settings = { GUARDED_CLAUDE_TUNNEL: 'off' }; // nobody could connect to it
    const struck = await openStruck({ at, way: 'files', settings });
    struck.api.respond(() => say(still));
    const { terminal } = struck;
    await prompt(struck);
    await struck.submit('please do it');
    await terminal.waitFor(/Cogitated/);
    const ofThisTest = (word: string) => word.startsWith(struck.sandbox.root);
    const agents = () =>
      processTable()
        .map(({ pid }) => commandLine(pid))
        .filter((words) => words.includes('--session-id') && words.some(ofThisTest));
    expect(agents()).toHaveLength(1);
    expect(terminal.text()).not.toContain('unguarded');
    terminal.write('\x03\x03');
    expect((await terminal.exited).code).toBe(0);
    expect(terminal.text()).toContain('carried on without a part of itself');
    expect(agents()).toHaveLength(0);
  },
);

/** What fails only in part: the session goes on, and what the guard writes is whole or as before. */
const parts: readonly (readonly [Way, string])[] = (['thrown', 'full'] as const).flatMap((way) =>
  [
    'the agent boots',
    'the snapshot is being written',
    'the agent is dead, and the next not begun',
    'the repaired copy is begun',
    'the next agent has just been started',
    'a nudge is typed',
  ].map((instant) => [way, instant] as const),
);

describe.runIf(process.platform === 'linux' && process.env.NIGHTLY)('a part of the guard fails', () => {
  test.each(parts)('%s, while %s', async (way, name) => {
    const struck = await struckAt(instants[name] as Instant, way);
    const { terminal } = struck;
    await terminal.waitFor(still, 15_000).catch(async () => {
      terminal.write('\x1b');
      await struck.submit('are you there');
      await terminal.waitFor(still);
    });
    await terminal.waitFor(/Cogitated/);
    terminal.write('\x03\x03');
    expect((await terminal.exited).code).toBe(0);
    await expectCleanDeath(struck);
  });

  test('when no more files can be opened between two agents, the first start is not repeated', async () => {
    const struck = await struckAt(instants['the agent is dead, and the next not begun'] as Instant, 'files');
    await struck.terminal.exited;
    expect(struck.terminal.text()).toContain('EMFILE');
    expect(struck.terminal.text()).not.toContain('unguarded');
    await expectCleanDeath(struck);
  });
});
