/**
 * The agent eats the machine's memory (gigabytes in seconds have been seen). Ended before the kernel has to choose a
 * victim; a machine that is merely small, or an agent that has always been large, is left alone. Judged by the
 * monotonic clock: memory grows whoever attends.
 */
import { momentOf } from '../evidence/clock.ts';
import type { Signature } from '../verdict.ts';

/** Share of the machine's memory from which growth is dangerous, and from which nothing is left to wait for. */
const dangerous = 0.6;
const deadly = 0.85;
const growsMs = 10_000;

export const memoryRunaway: Signature = {
  class: 'memory-runaway',
  help: 'the agent takes most of the memory of the machine, and more every second',
  evenUnread: true,
  test({ sample, clock }) {
    if (!sample || sample.memoryShare < dangerous || !sample.growing) return null;
    const { growingSince } = sample;
    if (sample.memoryShare < deadly && growingSince !== null && clock.at - growingSince < growsMs)
      return null;
    return {
      class: 'memory-runaway',
      since: growingSince === null ? sample.at : growingSince - momentOf(clock, 0),
      because: [`the agent holds ${Math.round(sample.memoryShare * 100)} % of the memory, and grows`],
      cure: 'relaunch',
      connections: [],
    };
  },
};
