/**
 * Plays one cell: the real Agent SDK with the real agent, under the guard or alone, and what its host sees of a
 * trouble.
 */
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, CellResult } from './cell.ts';
import { type Phase, phases } from './phases.ts';
import { type OpenPlace, openPlace } from './place.ts';
import { openScene, type Scene, waitFor } from './scene.ts';
import { awayMs, type Trouble, troubles } from './troubles.ts';

/**
 * How long a host waits for its results once the trouble is over. The agent's own limits are minutes: nobody waits for
 * those.
 */
export const patience = { guardedMs: 40_000, aloneMs: 20_000 } as const;
/** An agent whose input has ended is gone within this time. */
const endMs = 15_000;

/** @throws if it cannot be played. */
export async function playCell(cell: Cell): Promise<CellResult> {
  const place = await openPlace(cell.version);
  try {
    return await play(cell, place);
  } finally {
    await place.close();
  }
}

async function play(cell: Cell, place: OpenPlace): Promise<CellResult> {
  const phase: Phase = phases[cell.phase];
  const trouble: Trouble = troubles[cell.trouble];
  const load = loadavg()[0] ?? 0;
  const scene = await openScene(place, cell.guarded, phase.asks === true);
  try {
    place.api.enqueue(...(trouble.stream ? phase.dying : phase.answers));
    await phase.enter(scene);
    const before = scene.results();
    const beganAt = Date.now();
    await trouble.begin?.(scene);
    await Promise.all([phase.goOn?.(scene), endOf(trouble, scene)]);
    const patienceMs = cell.guarded ? patience.guardedMs : patience.aloneMs;
    await waitFor(patienceMs, () => scene.end() !== undefined || scene.results() >= phase.prompts);
    const backMs = scene.results() > before ? Date.now() - beganAt : null;
    scene.host.close();
    if (backMs !== null) await waitFor(endMs, () => scene.end() !== undefined);
    const seen = { ...seenBy(scene), prompts: phase.prompts, ran: scene.ran(), backMs };
    await scene.stop();
    const left = cell.guarded ? await place.left() : 0;
    return { ...cell, ...seen, left, load, date: new Date().toISOString() };
  } finally {
    await scene.stop();
  }
}

async function endOf(trouble: Trouble, scene: Scene): Promise<void> {
  if (trouble.end === undefined) return;
  await sleep(awayMs);
  await trouble.end(scene);
}

function seenBy({ host: { messages }, end }: Scene) {
  const ended = end();
  const results = messages.filter(({ type }) => type === 'result');
  const failed = results.filter(({ is_error }) => is_error);
  const ids = messages.flatMap(({ session_id }) => session_id ?? []);
  return {
    end: ended === undefined ? 'none' : ended === null ? 'well' : 'error',
    error: ended?.message ?? failed[0]?.result ?? null,
    results: results.length,
    failedResults: failed.length,
    beginnings: messages.filter(({ type, subtype }) => type === 'system' && subtype === 'init').length,
    sessionIds: new Set(ids).size,
  } as const;
}
