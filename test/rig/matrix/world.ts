/**
 * What the world saw of a cell, the guard's own words left out: which processes lived, which answers were broken off
 * and what was typed. Each touch is told by its mark.
 */

import { type Api, type ApiRequest, lastPrompt } from '../../../src/drill/api/api.ts';
import { agentsBelow } from '../agents-below.ts';

/** `cut`: an answer was broken off from the agent's side · `typed`: the guard spoke · `relaunched`: another process. */
export type Touch = 'cut' | 'typed' | 'relaunched';

/** The guard's own message begins so (`recover/prompt.ts`). */
const guardSays = 'You were interrupted.';

const lookMs = 150;
/**
 * So late a look is a rig without a turn: what it should have sent came late, too, and that is a silence on the line.
 */
const stallMs = 1_000;

export interface WorldWatch {
  /** The living agent; null: none, or more than one. */
  agent(): number | null;
  /** More than one agent lived at a time. */
  sawTwo(): boolean;
  /** How long the rig itself had no turn, at most; 0: no stall worth the word. */
  stalledMs(): number;
  /** @returns touches since the last call, one entry each */
  touches(): readonly Touch[];
  stop(): void;
}

/** @param guard its pid */
export function watchWorld(guard: number, api: Api): WorldWatch {
  const known = new Set<number>();
  const told = new Set<string>();
  let two = false;
  let relaunches = 0;
  let stalledMs = 0;
  let lookedAt = Date.now();
  const look = () => {
    const lateMs = Date.now() - lookedAt - lookMs;
    if (lateMs > stallMs) stalledMs = Math.max(stalledMs, lateMs);
    lookedAt = Date.now();
    const now = agentsBelow(guard);
    two ||= now.length > 1;
    for (const pid of now) {
      if (known.size > 0 && !known.has(pid)) relaunches += 1;
      known.add(pid);
    }
  };
  look();
  const timer = setInterval(look, lookMs);
  /** @returns whether it is seen for the first time */
  const isNews = (what: string) => {
    const before = told.size;
    return told.add(what).size > before;
  };
  const touchesIn = (request: ApiRequest): readonly Touch[] => {
    if (request.kind !== 'main') return [];
    const said = lastPrompt(request);
    const at = said.lastIndexOf(guardSays);
    return [
      ...(request.ended === 'abandoned' && isNews(`cut ${request.number}`) ? (['cut'] as const) : []),
      ...(at >= 0 && isNews(`said ${said.slice(at)}`) ? (['typed'] as const) : []),
    ];
  };
  return {
    agent() {
      const [pid, ...others] = agentsBelow(guard);
      return pid === undefined || others.length > 0 ? null : pid;
    },
    sawTwo: () => two,
    stalledMs: () => stalledMs,
    touches() {
      look();
      const relaunched = Array.from({ length: relaunches }, () => 'relaunched' as const);
      relaunches = 0;
      return [...api.turns().flatMap(touchesIn), ...relaunched];
    },
    stop: () => clearInterval(timer),
  };
}
