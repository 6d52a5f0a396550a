/**
 * A relaunched agent before its first turn. It may read a large conversation for minutes, or wait for a hook of the
 * person's or a helper of its own.
 */
import type { Config } from '../config/schema.ts';
import type { Evidence } from './evidence/index.ts';
import { isBusy } from './evidence/sample.ts';
import { limitMs } from './limits.ts';

/** Whether it has been given its prompt, or is to show itself, and neither was seen yet. */
export function awaitsFirstTurn({ agent, turn, phase, now, host }: Evidence, config: Config): boolean {
  if (agent.generation < 2 || turn.count > 0) return false;
  const isDue = phase === 'starting' || (phase === 'idle' && agent.prompted);
  return isDue && now - agent.startedAt < limitMs('loading', config, host);
}

/** The same, and its process shows that it is at that. Whatever it has started is younger than itself. */
export function stillStarts(e: Evidence, config: Config): boolean {
  const { sample } = e;
  if (sample === null || !awaitsFirstTurn(e, config)) return false;
  return isBusy(sample) || sample.workers > 0 || sample.helperSince !== null;
}

/** By then, an agent that goes on drawing has drawn more than its first bytes. */
const firstBytesMs = 5_000;

/** It has not shown itself, and draws nothing. */
export const showsNothing = ({ phase, agent, terminal }: Evidence): boolean =>
  phase === 'starting' && terminal.lastOutputAt < agent.startedAt + firstBytesMs;
