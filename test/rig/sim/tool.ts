/** A tool as the model calls it. */
import type { Millis, Observation } from '../../../src/events.ts';
import type { Chance } from '../chance.ts';

export interface Tool {
  readonly started: Extract<Observation, { type: 'tool.started' }>;
  /** A person is asked first. */
  readonly asks: boolean;
  readonly tookMs: Millis;
  /** It runs in a server that was there before, so no process of it is seen. */
  readonly isRemote: boolean;
  /** A hook of the person's, or a rule, refuses it before anybody is asked. */
  readonly isRefused: boolean;
}

/** A command has this time unless its input names another. */
const usualLimitMs = 120_000;

export function drawTool(draw: Chance, toolUseId: string): Tool {
  const asks = draw.happens(0.2);
  const tookMs = draw.weighted<() => Millis>([
    [80, () => draw.between(50, 10_000)],
    [18, () => draw.between(10_000, 120_000)],
    [2, () => draw.between(120_000, 1_800_000)],
  ])();
  const isRemote = draw.happens(0.1);
  const own = isRemote
    ? ({ tool: 'mcp__server__run', risk: 'unknown' } as const)
    : ({ tool: 'Bash', risk: 'command', limitMs: Math.max(usualLimitMs, tookMs) } as const);
  return {
    asks,
    tookMs,
    isRemote,
    isRefused: draw.happens(0.05),
    started: { type: 'tool.started', toolUseId, ...own },
  };
}
