import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaults } from '../../src/config/schema.ts';
import { step } from '../../src/decide/machine.ts';
import { initialState } from '../../src/decide/state.ts';
import type { Event, Observation } from '../../src/events.ts';
import { openJournal } from '../../src/records/journal.ts';
import { type JournalFile, readJournal, readJournalFile } from '../../src/records/journal-reader.ts';
import { replay } from '../../src/records/replay.ts';
import { temporaryFolder } from '../support/folder.ts';
import { makeHome } from '../support/guardctl.ts';
import { fixture } from '../support/places.ts';
import { placeStatus } from '../support/status.ts';

const header = {
  format: 1,
  guard_version: '0.1.0',
  agent: { id: 'claude-code', version: null },
  config: defaults,
  wall_ms: 0,
  monotonic_ms: 0,
  seed: 0,
} as const;

/** Runs events through the core and records them as the guard does: each event with the state before it at hand. */
function record(path: string, events: readonly Event[], rotateBytes: number): void {
  let state = initialState(0);
  let before = state;
  const failures: string[] = [];
  const journal = openJournal({
    path,
    header,
    checkpoint: () => before,
    onFailure: (detail) => void failures.push(detail),
    rotateBytes,
    keep: 1_000,
  });
  for (const event of events) {
    before = state;
    const result = step(state, event, defaults);
    state = result.state;
    journal.record({ at: event.at, event });
    for (const effect of result.effects) journal.record({ at: event.at, effect });
  }
  journal.close();
  expect(failures).toEqual([]);
}

const screen = (activity: 'idle' | 'busy' | 'dialog' | 'retrying', tokens: number): Observation => ({
  type: 'screen',
  facts: { activity, tokens },
});
const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.constant<Observation>({ type: 'tick' }),
  fc.constant<Observation>({ type: 'turn.started' }),
  fc.constant<Observation>({ type: 'turn.ended', failure: 'connection' }),
  fc.constantFrom<Observation>(
    { type: 'program-status', state: 'working' },
    { type: 'program-status', state: 'idle' },
  ),
  fc.tuple(fc.constantFrom('idle', 'busy', 'dialog', 'retrying'), fc.nat(5)).map(([a, t]) => screen(a, t)),
  fc.constant<Observation>({ type: 'connection.opened', id: 1, host: 'h:443', tookMs: 1 }),
  fc.constantFrom<Observation>(
    { type: 'connection.bytes', id: 1, up: 50_000, down: 0, last: 'up' },
    { type: 'connection.bytes', id: 1, up: 0, down: 900, last: 'down' },
  ),
  fc.constant<Observation>({ type: 'connection.closed', id: 1, by: 'guard', cause: 'cut' }),
  fc.constant<Observation>({ type: 'agent.exited', generation: 1, code: null, signal: 'SIGKILL' }),
  fc.constant<Observation>({ type: 'stop.done', generation: 1, left: 0 }),
  fc.boolean().map((reachable): Observation => ({ type: 'network.probed', reachable, latencyMs: 1 })),
  fc.constant<Observation>({ type: 'nudge.done', outcome: 'submitted' }),
  fc.constantFrom<Observation>(
    { type: 'command', command: 'nudge' },
    { type: 'command', command: 'relaunch' },
  ),
);
const story = fc
  .array(fc.tuple(observation, fc.nat(12_000)), { minLength: 5, maxLength: 120 })
  .map((told): readonly Event[] => {
    let at = 0;
    const start: Event = {
      type: 'agent.started',
      generation: 1,
      pid: 1,
      resumed: false,
      prompted: false,
      at,
    };
    const rest = told.flatMap(([next, later]): Event[] => {
      const ticks = Array.from(
        { length: Math.floor(later / 2_000) },
        (_, index): Event => ({ type: 'tick', at: at + (index + 1) * 2_000 }),
      );
      at += later;
      return [...ticks, { ...next, at }];
    });
    return [start, { type: 'command', command: 'nudge', at: 0 }, ...rest];
  });

test('property: a journal replays to the same decisions, each of its files alone, wherever it was split', () => {
  fc.assert(
    fc.property(story, fc.integer({ min: 500, max: 50_000 }), (events, rotateBytes) => {
      const path = join(temporaryFolder(), 'journal.jsonl');
      record(path, events, rotateBytes);
      const files = readJournal(path);
      const replays = files.map(replay);
      expect(replays.every(({ same }) => same)).toBe(true);
      expect(replays.reduce((sum, { events: count }) => sum + count, 0)).toBe(events.length);
      // Each story begins with a wish, so that there is something to compare.
      expect(replays.some(({ decisions }) => decisions.length > 0)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

/** A dead stream: cut after half a minute. */
const deadStream: readonly Event[] = [
  { type: 'agent.started', generation: 1, pid: 1, resumed: false, prompted: false, at: 0 },
  { type: 'program-status', state: 'working', at: 1_000 },
  { type: 'connection.opened', id: 1, host: 'h:443', tookMs: 1, at: 1_000 },
  { type: 'connection.bytes', id: 1, up: 50_000, down: 0, last: 'up', at: 1_100 },
  { type: 'connection.bytes', id: 1, up: 0, down: 900, last: 'down', pinged: true, at: 2_000 },
  ...Array.from(
    { length: 30 },
    (_, index): Event => ({ type: 'output', bytes: 10, at: 2_500 + index * 1_000 }),
  ),
  { type: 'output', bytes: 10, at: 33_000 },
  { type: 'tick', at: 33_500 },
];

test('a decision that is no longer taken, and a new one, are told apart', () => {
  const path = join(temporaryFolder(), 'journal.jsonl');
  record(path, deadStream, 1e9);
  const [file] = readJournal(path) as [JournalFile];
  expect(replay(file).decisions.map(({ effect, taken }) => `${taken} ${effect.type}`)).toContain('same cut');
  const entries = file.entries.filter((entry) => !('effect' in entry));
  const without = replay({ ...file, entries });
  expect(without.same).toBe(false);
  expect(without.decisions.map(({ effect, taken }) => `${taken} ${effect.type}`)).toContain('now cut');
  const config = {
    ...defaults,
    network_resilience: { ...defaults.network_resilience, stream_timeout_ms: 3_600_000 },
  };
  const patient = replay({ ...file, header: { ...header, config } });
  expect(patient.decisions.map(({ effect, taken }) => `${taken} ${effect.type}`)).toContain('before cut');
});

/** A copy without some of what is in it, at any depth, by the dice. */
function thinned(value: unknown, dice: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => thinned(item, dice));
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(() => dice.next().value !== 0);
  return Object.fromEntries(kept.map(([name, item]) => [name, thinned(item, dice)]));
}

function* endless(dice: readonly number[]): Iterator<number> {
  for (let index = 0; ; index++) yield dice[index % dice.length] ?? 1;
}

test('property: a journal of a guard that knew less is replayed as far as it can be, and nothing is thrown', () => {
  fc.assert(
    fc.property(
      story,
      fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 40 }),
      (events, dice) => {
        const path = join(temporaryFolder(), 'journal.jsonl');
        record(path, events, 2_000);
        for (const file of readJournal(path)) {
          const { header: head, checkpoint } = thinned(file, endless(dice)) as Partial<JournalFile>;
          const older = { ...file, header: { ...header, ...head }, checkpoint };
          const { broken, same, events: count } = replay(older);
          expect(count).toBe(replay(file).events);
          if (broken !== null) expect(same).toBe(false);
        }
      },
    ),
    { numRuns: 15 },
  );
});

test('a checkpoint that lacks a later field starts with its initial value', () => {
  const path = join(temporaryFolder(), 'journal.jsonl');
  record(path, deadStream, 1e9);
  const [file] = readJournal(path) as [JournalFile];
  const { host: _, goodProbes: __, ...known } = initialState(0).evidence;
  const { wholeAt: ___, ...wire } = known.wire;
  const { refusedTurns: ____, ...turn } = known.turn;
  const evidence = { ...known, wire, turn };
  const replayed = replay({ ...file, checkpoint: { name: 'watching', evidence } });
  expect(replayed.final.evidence.turn.refusedTurns).toBe(0);
  expect(replayed).toMatchObject({ same: true, broken: null });
});

test('what cannot be understood ends the replay with a message, not with a crash', () => {
  const path = join(temporaryFolder(), 'journal.jsonl');
  record(path, deadStream, 1e9);
  const [file] = readJournal(path) as [JournalFile];
  const broken = replay({ ...file, checkpoint: { evidence: { ...initialState(0).evidence, wire: 'none' } } });
  expect(broken).toMatchObject({ same: false, broken: { at: expect.any(Number) } });
});

test('the recorded sessions of older guards are replayed to their end', () => {
  const root = fixture('journals');
  const files = ['healthy', 'faults'].flatMap((kind) =>
    readdirSync(join(root, kind)).map((name) => readJournalFile(join(root, kind, name)) as JournalFile),
  );
  expect(files.length).toBeGreaterThan(30);
  expect(files.map(replay).filter(({ broken }) => broken !== null)).toEqual([]);
});

test('guardctl replay: a file or a run, exit 1 on a difference', async () => {
  const home = makeHome();
  placeStatus(home.state, { run: 'r1' });
  const path = join(home.state, 'sessions/r1/journal.jsonl');
  record(path, deadStream, 1e9);
  const told = await home.run('replay', path);
  expect(told).toMatchObject({ code: 0, stderr: '' });
  expect(told.stdout).toContain('37 events of guarded-claude 0.1.0: the same decisions');
  expect(told.stdout).toMatch(/^ {7}33\.\d s {2}cut {7}connections=\[1\] why=dead-stream$/m);
  expect(await home.json('replay', 'r1', '--json')).toMatchObject([
    { journal: path, events: 37, same: true },
  ]);
  expect(await home.run('replay', 'none')).toMatchObject({ code: 3 });
  expect(await home.run('replay', home.folder)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('is not a journal'),
  });
  expect(await home.run('replay')).toMatchObject({ code: 2 });
});
