/** A host aborts its query: how long until `for await` has ended, and until the agent is gone. */
import { loadavg } from 'node:os';
import { type Phase, type PhaseName, phases } from './phases.ts';
import { openPlace } from './place.ts';
import { hasExited, openScene, waitFor } from './scene.ts';

export interface Abort {
  readonly version: string;
  readonly phase: PhaseName;
  readonly guarded: boolean;
}

export interface AbortResult extends Abort {
  readonly date: string;
  /** Load average of the minute before. */
  readonly load: number;
  /** Null: not within `limitMs`. */
  readonly endedMs: number | null;
  readonly goneMs: number | null;
  /** Processes that were still there at the end. */
  readonly left: number;
}

const limitMs = 20_000;

/** @throws if it cannot be played. */
export async function playAbort(given: Abort): Promise<AbortResult> {
  const phase: Phase = phases[given.phase];
  const load = loadavg()[0] ?? 0;
  const place = await openPlace(given.version);
  try {
    const scene = await openScene(place, given.guarded, phase.asks === true);
    try {
      place.api.enqueue(...phase.answers);
      await phase.enter(scene);
      const beganAt = Date.now();
      scene.host.abort.abort();
      const since = async (holds: () => boolean) =>
        (await waitFor(limitMs, holds)) ? Date.now() - beganAt : null;
      const [endedMs, goneMs] = await Promise.all([
        since(() => scene.end() !== undefined),
        since(() => place.agent() === null && hasExited(scene.host)),
      ]);
      return { ...given, endedMs, goneMs, left: await place.left(), load, date: new Date().toISOString() };
    } finally {
      await scene.stop();
    }
  } finally {
    await place.close();
  }
}
