/**
 * Plays one cell: the real guard around the real agent in a throw-away home, against the simulated API. A healthy turn,
 * something that is brought about and its end, another healthy turn; then what the world saw is judged.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../../src/drill/api/scenario.ts';
import { finished, openStage, type Stage } from '../../../src/drill/stage.ts';
import { guardVersion } from '../../../src/platform/guard-version.ts';
import { commandLine } from '../../../src/platform/process-table.ts';
import { processesMarkedBy } from '../../../src/platform/process-tree.ts';
import type { IncidentRecord } from '../../../src/records/incidents.ts';
import type { JournalFile } from '../../../src/records/journal-reader.ts';
import { type Cell, type CellResult, nameOf, notPlayed } from './cell.ts';
import { columns } from './columns.ts';
import { withGitHelper } from './git-helper.ts';
import { apiFromNowOn, playHealthyTurn, turnAfter, turnBefore } from './healthy-turn.ts';
import { judge, judgeRecord, rightFor } from './judge.ts';
import { senses } from './senses.ts';
import { situations } from './situations/index.ts';
import { drawSurroundings } from './surroundings.ts';
import { guardSettings } from './timing.ts';
import { inRange } from './version-range.ts';
import { realAgent } from './versions.ts';
import { watchWorld } from './world.ts';

/** The journal goes here before the home is thrown away. */
export type KeepJournal = (files: readonly JournalFile[]) => void;

/** Longest that a turn may take to come back. */
const patienceMs = 75_000;
/** Watched on after the end: a guard that acts late is wrong, too. */
const lingerMs = 3_000;
/** An incident that only looks on is closed ten seconds after the turn. */
const settleMs = 13_000;
/** What the agent has started may be about to end. */
const leftMs = 6_000;
/** 1.0.x draws its box long before it listens. */
const listensMs = 3_000;

/** Never rejects: a cell that cannot be played is a result, too. */
export async function runCell(cell: Cell, signal: AbortSignal, keep?: KeepJournal): Promise<CellResult> {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-claude-matrix-'));
  try {
    return await play(cell, folder, signal, keep);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...result(cell), ok: false, problem: `${notPlayed}${problem}` };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function result(cell: Cell): Omit<CellResult, 'ok' | 'problem'> {
  const { helpers, git } = drawSurroundings(nameOf(cell), cell.version);
  return {
    ...cell,
    guard_version: guardVersion(),
    date: new Date().toISOString(),
    ...{ helpers, git, turns: 0 },
    ...{ recover_ms: null, false_touches: 0, healthy_ms: 0 },
    ...{ classes: [], actions: [], detect_ms: null, record_problem: null },
  };
}

async function play(
  cell: Cell,
  folder: string,
  signal: AbortSignal,
  keep?: KeepJournal,
): Promise<CellResult> {
  const { version } = cell;
  const column = columns[cell.column];
  const situation = situations[cell.situation];
  const agent = realAgent(version, join(folder, 'bin'));
  if (!situation || agent === null) throw new Error(situation ? 'no such agent' : 'no such situation');
  const right = rightFor(situation, version, column.senses);
  const drawn = drawSurroundings(nameOf(cell), version);
  const { variables = {}, ...prepared } = situation.prepare?.(folder, agent) ?? {};
  const stage = await openStage({
    agent,
    tools: situation.tools ?? 'allow',
    ...prepared,
    settings: {
      ...guardSettings,
      ...senses[column.senses].settings,
      ...situation.settings,
      ...variables,
      PATH: withGitHelper(join(folder, 'git'), drawn.git, process.env.PATH ?? ''),
    },
    world: { surroundings: column.surroundings, helpers: drawn.helpers, seed: drawn.seed },
    signal,
  });
  const world = watchWorld(stage.terminal.pid, stage.api);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    keep?.(stage.journal());
    await stage.close();
  };
  try {
    const openedAt = Date.now();
    if (inRange(version, { before: '2.0.0' })) await stage.pause(listensMs);
    const first = situation.turnBefore ?? (drawn.turnBefore && !situation.oneTurn);
    const api = apiFromNowOn(stage.api);
    api.respond(() => say(finished));
    const failed = first ? await playHealthyTurn({ ...stage, api }, turnBefore) : null;
    if (failed !== null) throw new Error(`the turn before it: ${failed}`);
    const before = world.touches();
    const scene = { stage: { ...stage, api: apiFromNowOn(stage.api) }, version, senses: column.senses };
    const beganAt = await situation.play(scene);
    const ended = right.ends !== 'turn' || (await turnEnds(stage, situation.patienceMs ?? patienceMs));
    const endedAt = Date.now();
    // What the guard has put aside for a nudge is given back a moment after the turn.
    if (situation.check) await stage.pause(lingerMs);
    const screen = stage.terminal.text();
    const checked = situation.check?.(scene) ?? null;
    const tested = world.touches();
    const goesOn = ended && right.ends !== 'rest' && !situation.oneTurn;
    const next = goesOn ? await playHealthyTurn(scene.stage, turnAfter) : null;
    await stage.pause(lingerMs);
    const after = world.touches();
    const incidents = await settled(stage);
    const alive = world.agent() !== null;
    const healthyMs = situation.group === 'healthy' ? Date.now() - openedAt : 0;
    const shown = next === null ? screen : stage.terminal.text();
    await close();
    const left = await remainders(stage.sandbox.configDir);
    const seen = { ended, alive, sawTwo: world.sawTwo(), before, tested, after, next, left, checked };
    const { falseTouches, problem } = judge(right, seen);
    if (problem !== null && world.stalledMs() > 0)
      throw new Error(`the rig had no turn for ${world.stalledMs()} ms; else: ${problem}`);
    const [found] = incidents;
    return {
      ...result(cell),
      turns: 1 + Number(first) + Number(goesOn),
      recover_ms: right.ends === 'turn' && ended ? endedAt - beganAt : null,
      false_touches: falseTouches,
      healthy_ms: healthyMs,
      ok: problem === null,
      problem: problem && (ended && next === null ? problem : `${problem}; screen:\n${shown}`),
      classes: [...new Set(incidents.map((incident) => incident.class))],
      actions: incidents.flatMap(({ actions }) => actions.map(({ action }) => action)),
      detect_ms: found ? Math.max(0, Date.parse(found.detected_at) - beganAt) : null,
      record_problem: judgeRecord(right, incidents),
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${problem}\n${stage.terminal.text()}`);
  } finally {
    world.stop();
    await close();
  }
}

/** The screen shows the last answer. */
const turnEnds = (stage: Stage, withinMs: number): Promise<boolean> =>
  stage.terminal.waitFor(finished, withinMs).then(
    () => true,
    () => false,
  );

async function settled(stage: Stage): Promise<readonly IncidentRecord[]> {
  for (const until = Date.now() + settleMs; Date.now() < until; await sleep(200)) {
    if (stage.incidents().every(({ outcome }) => outcome !== 'open')) break;
  }
  return stage.incidents();
}

/** @returns command lines of processes that are still there @param configDir by which they are known */
async function remainders(configDir: string): Promise<readonly string[]> {
  const marked = () => processesMarkedBy('CLAUDE_CONFIG_DIR', configDir);
  for (const until = Date.now() + leftMs; marked().length > 0 && Date.now() < until; await sleep(200));
  return marked().map(({ pid }) => `${pid} ${commandLine(pid).join(' ')}`);
}
