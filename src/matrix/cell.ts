/**
 * One cell: the real guard around the real agent in a throw-away home, against the simulated API. Something is brought
 * about, its end is waited for, and what the guard wrote down and what the API saw are judged.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { finished, openStage, type Stage } from '../drill/stage.ts';
import { guardVersion } from '../platform/guard-version.ts';
import { processesMarkedBy } from '../platform/process-tree.ts';
import { runVariable } from '../platform/run-mark.ts';
import type { IncidentRecord } from '../report/incidents.ts';
import type { JournalFile } from '../report/journal-reader.ts';
import { judge, rightFor } from './judge.ts';
import { type Senses, senses } from './senses.ts';
import type { Situation } from './situation.ts';
import { situations } from './situations/index.ts';
import { guardSettings } from './timing.ts';
import { realAgent, type Version } from './versions.ts';

export interface CellResult {
  readonly version: Version;
  readonly situation: string;
  readonly senses: Senses;
  readonly guard_version: string;
  readonly date: string;
  readonly classes: readonly string[];
  readonly actions: readonly string[];
  /** From the beginning of the trouble to the guard's first finding. */
  readonly detect_ms: number | null;
  /** From the beginning of the trouble to the end of the turn. */
  readonly recover_ms: number | null;
  readonly same_process: boolean | null;
  readonly false_actions: number;
  /** How long a healthy agent was watched. */
  readonly healthy_ms: number;
  readonly ok: boolean;
  readonly problem: string | null;
}

export interface Cell {
  readonly version: Version;
  readonly situation: string;
  readonly senses: Senses;
}

/** The journal goes here before the home is thrown away. */
export type KeepJournal = (files: readonly JournalFile[]) => void;

/** Longest that a turn may take to come back. */
const patienceMs = 75_000;
/** Watched on after the end: a guard that acts late is wrong, too. */
const lingerMs = 4_000;
/** An incident that only looks on is closed ten seconds after the turn. */
const settleMs = 13_000;

export const nameOf = ({ version, situation, senses: column }: Cell): string =>
  `${version}/${situation}/${column}`;

/** Whether the situation can happen there. */
export function applies({ version, senses: column }: Cell, situation: Situation): boolean {
  if (column === 'hooks-off' && version === '1.0.56') return false; // it has no --settings, so no hooks of ours
  return (situation.versions?.includes(version) ?? true) && (situation.senses?.includes(column) ?? true);
}

/** Never rejects: a cell that cannot be played is a result, too. */
export async function runCell(cell: Cell, signal: AbortSignal, keep?: KeepJournal): Promise<CellResult> {
  const folder = mkdtempSync(join(tmpdir(), 'guarded-claude-matrix-'));
  try {
    return await play(cell, folder, signal, keep);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { ...result(cell), ok: false, problem: `not played: ${problem}` };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

const result = (cell: Cell) => ({
  ...cell,
  guard_version: guardVersion(),
  date: new Date().toISOString(),
  classes: [],
  actions: [],
  detect_ms: null,
  recover_ms: null,
  same_process: null,
  false_actions: 0,
  healthy_ms: 0,
});

async function play(
  cell: Cell,
  folder: string,
  signal: AbortSignal,
  keep?: KeepJournal,
): Promise<CellResult> {
  const situation = situations[cell.situation];
  const agent = realAgent(cell.version, join(folder, 'bin'));
  if (!situation || agent === null) throw new Error(situation ? 'no such agent' : 'no such situation');
  const right = rightFor(situation, cell.version, cell.senses);
  const stage = await openStage({
    agent,
    tools: situation.tools ?? 'allow',
    settings: { ...guardSettings, ...senses[cell.senses].settings, ...situation.settings },
    ...situation.prepare?.(folder),
    signal,
  });
  const run = stage.status()?.run ?? '';
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    keep?.(stage.journal());
    await stage.close();
  };
  try {
    const openedAt = Date.now();
    const before = stage.agentPid();
    const scene = { stage, version: cell.version, senses: cell.senses };
    const beganAt = await situation.play(scene);
    const ended = right.ends === 'rest' || (await turnEnds(stage, situation.patienceMs ?? patienceMs));
    const endedAt = Date.now();
    await stage.pause(lingerMs);
    const incidents = await settled(stage);
    const checked = situation.check?.(scene) ?? null;
    const screen = stage.terminal.text();
    const agentPid = stage.status()?.agent_pid ?? null;
    const healthyMs = situation.group === 'healthy' ? Date.now() - openedAt : 0;
    const alive = agentPid !== null && isAlive(agentPid);
    await close();
    const left = processesMarkedBy(runVariable, run).length;
    const { falseActions, problem } = judge(right, {
      incidents,
      ended,
      alive,
      sameProcess: agentPid === before,
      left,
      checked,
    });
    const [first] = incidents;
    return {
      ...result(cell),
      classes: [...new Set(incidents.map((incident) => incident.class))],
      actions: incidents.flatMap(({ actions }) => actions.map(({ action }) => action)),
      detect_ms: first ? Math.max(0, Date.parse(first.detected_at) - beganAt) : null,
      recover_ms: right.ends === 'turn' && ended ? endedAt - beganAt : null,
      same_process: agentPid === before,
      false_actions: falseActions,
      healthy_ms: healthyMs,
      ok: problem === null,
      problem: problem === null || ended ? problem : `${problem}; screen:\n${screen}`,
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new Error(`${problem}\n${stage.terminal.text()}`);
  } finally {
    await close();
  }
}

/** The screen shows the last answer, and the API has sent all of it. */
async function turnEnds(stage: Stage, withinMs: number): Promise<boolean> {
  const shown = await stage.terminal.waitFor(finished, withinMs).then(
    () => true,
    () => false,
  );
  return shown;
}

async function settled(stage: Stage): Promise<readonly IncidentRecord[]> {
  for (const until = Date.now() + settleMs; Date.now() < until; await sleep(200)) {
    if (stage.incidents().every(({ outcome }) => outcome !== 'open')) break;
  }
  return stage.incidents();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
