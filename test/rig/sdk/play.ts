/** Plays one cell: the real Agent SDK with the real agent, under the guard or alone, and what its host sees of a trouble. */
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell, CellResult } from './cell.ts';
import { type Host, startHost } from './host.ts';
import { type Phase, phases } from './phases.ts';
import { type OpenPlace, openPlace } from './place.ts';
import type { Question, Scene } from './scene.ts';
import { awayMs, type Trouble, troubles } from './troubles.ts';

/** An agent comes up within this, and into its phase. */
const enterMs = 60_000;
/** How long a host waits for its results once the trouble is over. */
export const patienceMs = 40_000;
/** An agent whose input has ended goes within this. */
const endMs = 15_000;

/** @throws where it cannot be played. */
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
  const person = newPerson();
  const host = await startHost(place, [], {
    guarded: cell.guarded,
    options: phase.asks
      ? { canUseTool: person.canUseTool, permissionMode: 'default', settingSources: [] }
      : {},
  });
  const scene = sceneOf(place, host, person);
  let end: Error | null | undefined;
  void host.ended.then((error) => {
    end = error;
  });
  const over = async (limitMs: number, holds: () => boolean) => {
    for (const until = Date.now() + limitMs; !holds() && Date.now() < until; await sleep(50));
  };
  try {
    place.api.enqueue(...(trouble.stream ? phase.dying : phase.answers));
    await phase.enter(scene);
    const before = scene.results();
    const beganAt = Date.now();
    await trouble.begin?.(scene);
    const away = async () => {
      if (trouble.end === undefined) return;
      await sleep(awayMs);
      await trouble.end(scene);
    };
    await Promise.all([phase.goOn?.(scene), away()]);
    await over(patienceMs, () => end !== undefined || scene.results() >= phase.prompts);
    const backMs = scene.results() > before ? Date.now() - beganAt : null;
    host.close();
    if (backMs !== null) await over(endMs, () => end !== undefined);
    const { messages } = host;
    const results = messages.filter(({ type }) => type === 'result');
    const failed = results.filter(({ is_error }) => is_error);
    const ids = messages.flatMap(({ session_id }) => session_id ?? []);
    const seen = {
      end: end === undefined ? 'none' : end === null ? 'well' : 'error',
      error: end?.message ?? failed[0]?.result ?? null,
      prompts: phase.prompts,
      results: results.length,
      failedResults: failed.length,
      beginnings: messages.filter(({ type, subtype }) => type === 'system' && subtype === 'init').length,
      sessionIds: new Set(ids).size,
      ran: scene.ran(),
      backMs,
    } as const;
    await stop(host);
    const left = cell.guarded ? await place.left() : 0;
    return { ...cell, ...seen, left, load, date: new Date().toISOString() };
  } finally {
    await stop(host);
  }
}

/** Ends what is still there, so that `for await` ends. */
async function stop(host: Host): Promise<void> {
  host.close();
  host.abort.abort();
  const { exitCode, signalCode } = host.child();
  if (exitCode === null && signalCode === null) host.child().kill('SIGTERM');
  await Promise.race([host.ended, sleep(endMs, null, { ref: false })]);
}

function newPerson() {
  const questions: Question[] = [];
  let allows = false;
  return {
    questions,
    allowAll() {
      allows = true;
      for (const question of questions) question.allow();
    },
    canUseTool: (_name: string, updatedInput: unknown, { signal }: { readonly signal: AbortSignal }) =>
      new Promise((resolve) => {
        const question = { signal, allow: () => resolve({ behavior: 'allow', updatedInput }) };
        questions.push(question);
        if (allows) question.allow();
      }),
  };
}

function sceneOf(place: OpenPlace, host: Host, { questions, allowAll }: ReturnType<typeof newPerson>): Scene {
  return {
    ...place,
    host,
    questions,
    allowAll,
    ran: () => linesOf(join(place.sandbox.project, 'ran')),
    results: () => host.messages.filter(({ type }) => type === 'result').length,
    async until(what, holds) {
      for (const limit = Date.now() + enterMs; !holds(); await sleep(20))
        if (Date.now() > limit) throw new Error(`in vain: ${what}`);
    },
  };
}

function linesOf(path: string): number {
  try {
    return readFileSync(path, 'utf8').split('\n').length - 1;
  } catch {
    return 0; // not written yet
  }
}
