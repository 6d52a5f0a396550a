/**
 * A guard around the simulated agent that is struck at a given instant, and the eye on what it leaves: processes,
 * files, and what the next start finds.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { type OuterTerminal, openTerminal } from '../../src/drill/outer-terminal.ts';
import { typePrompt } from '../../src/drill/type-prompt.ts';
import { commandLine, processTable } from '../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../src/platform/process-tree.ts';
import { runVariable } from '../../src/platform/run-mark.ts';
import { readSessions } from '../../src/records/sessions.ts';
import type { Status } from '../../src/records/status.ts';
import { guardBin, repository } from './places.ts';
import { type SimulatedWorld, simulatedWorld } from './simulated-guard.ts';
import { until } from './until.ts';

/** A call of the guard to the file system; `on` is matched with its path or with what it writes. */
export interface Call {
  readonly call: string;
  readonly on: string;
  /** The how manieth such call; the first by default. */
  readonly nth?: number;
  readonly when: 'before' | 'after';
}

export type Way = 'killed' | 'thrown' | 'full' | 'files';

export interface Struck extends SimulatedWorld {
  readonly terminal: OuterTerminal;
  readonly temporary: string;
  status(): Status | null;
  submit(prompt: string): Promise<void>;
}

const preload = join(repository, 'test', 'support', 'strike.js');

export interface StruckOptions {
  /** Null: the test strikes from outside. */
  readonly at?: Call | null;
  readonly way?: Way;
  readonly settings?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** More variables, once the world is there. */
  readonly variables?: (world: SimulatedWorld) => Readonly<Record<string, string>>;
}

/** Opens a guard that will be struck. */
export async function openStruck(options: StruckOptions): Promise<Struck> {
  const { at = null, way = 'killed', settings, args = [], variables = () => ({}) } = options;
  const world = await simulatedWorld(settings);
  const temporary = join(world.sandbox.root, 'temporary');
  mkdirSync(temporary);
  const env = { ...world.env, TMPDIR: temporary, ...variables(world) };
  const strike = at === null ? {} : { STRIKE: JSON.stringify({ ...at, way }) };
  const terminal = open({ ...world, env: { ...env, ...strike } }, ['--import', preload, guardBin, ...args]);
  const status = () => readSessions(world.state).at(-1)?.status ?? null;
  return {
    ...world,
    env,
    terminal,
    temporary,
    status,
    submit: (prompt) => typePrompt(terminal, prompt),
  };
}

function open({ env, sandbox, state }: SimulatedWorld, args: readonly string[]): OuterTerminal {
  const terminal = openTerminal({ command: process.execPath, args, cwd: sandbox.project, env });
  onTestFinished(async () => {
    terminal.kill('SIGTERM');
    await Promise.race([terminal.exited, sleep(5_000, null, { ref: false })]);
    terminal.kill();
    for (const { pid } of namesIn(state.sessions).flatMap((run) => processesMarkedBy(runVariable, run)))
      process.kill(pid, 'SIGKILL');
    await terminal.exited;
  });
  return terminal;
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Nobody of the agent's own is left, and nobody who looks after it; every file is whole; no secret stays. */
export async function expectCleanDeath(struck: Struck): Promise<void> {
  const { sandbox, state, temporary, env } = struck;
  const living = () => [
    ...namesIn(state.sessions).flatMap((run) => processesMarkedBy(runVariable, run)),
    ...processTable().filter(({ pid }) => commandLine(pid).some((word) => word.startsWith(sandbox.root))),
  ];
  const words = () => living().map(({ pid }) => commandLine(pid).join(' ').slice(0, 200));
  await until('nobody is left', () => living().length === 0, 15_000, { seen: () => words().join('\n') });
  // Who looks after the agent removes them when it is gone.
  const spools = namesIn(state.sessions).map((run) => join(state.sessions, run, 'spool'));
  const runtime = env.XDG_RUNTIME_DIR ?? temporary;
  const secrets = () => namesIn(runtime).filter((name) => name.startsWith('guarded-claude-secret-'));
  const left = () => [...[temporary, ...spools].flatMap(namesIn), ...secrets()];
  await until('nothing private is left', () => left().length === 0, 5_000, { seen: () => left().join('\n') });
  expectWholeFiles(struck);
  expect(readSessions(state).filter(({ alive, status }) => alive || status.agent_pid !== null)).toEqual([]);
}

/** Each transcript has whole lines, each of our small files is JSON. */
function expectWholeFiles({ sandbox, state }: Struck): void {
  for (const path of sandbox.transcripts()) {
    const text = readFileSync(path, 'utf8');
    expect(text.endsWith('\n'), path).toBe(true);
    for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line), line).not.toThrow();
  }
  for (const folder of [state.root, sandbox.configDir])
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
      if (/(^|\/)[\w-]+(\.recovery)?\.json$/.test(name) && !name.includes('spool'))
        expect(() => JSON.parse(readFileSync(join(folder, name), 'utf8')), name).not.toThrow();
}

/** The next start goes on with the conversation, if there is one, and tidies up beside it. */
export async function expectNextStart(struck: Struck): Promise<void> {
  const { sandbox, api, state } = struck;
  const [path] = sandbox.transcripts();
  const before = path === undefined ? '' : readFileSync(path, 'utf8');
  const terminal = open(struck, [guardBin, ...(path === undefined ? [] : ['--continue'])]);
  await terminal.waitFor('❯');
  const alive = () => readSessions(state).filter((session) => session.alive);
  await until('the new guard is the only one that lives', () => alive().length === 1);
  api.respond(() => [{ do: 'start' }, { do: 'text', text: 'Gone on.' }, { do: 'delta' }, { do: 'stop' }]);
  await typePrompt(terminal, 'please go on');
  await terminal.waitFor('Gone on.');
  await until('the turn is over', () => alive()[0]?.status.state === 'idle');
  terminal.write('\x03\x03');
  expect((await terminal.exited).code).toBe(0);
  if (path === undefined) return;
  expect(sandbox.transcripts()).toEqual([path]);
  expect(readFileSync(path, 'utf8').startsWith(before)).toBe(true);
  const beside = readdirSync(join(path, '..'));
  const id = basename(path, '.jsonl');
  for (const name of beside)
    expect(name).toMatch(new RegExp(`^${id}\\.(jsonl(\\.before-repair-.*)?|recovery\\.json)$`));
}
