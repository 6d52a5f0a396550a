/**
 * By its own time limit a tool should have ended long ago, and none of its processes is left, so its result got lost. A
 * tool without a known limit, or with a live process, is never judged, however long it takes. One that a hook of the
 * person's may be holding up has longer.
 */
import { helperStart } from '../evidence/sample.ts';
import { ofMainTurn } from '../evidence/tools.ts';
import { limitMs, reportLagMs } from '../limits.ts';
import { type Signature, seconds } from '../verdict.ts';

export const overdueTool: Signature = {
  class: 'overdue-tool',
  help: 'a tool outlived its own time limit, and none of its processes is left',
  test(e, config) {
    if (e.phase !== 'tool' || !e.sample || e.sample.workers > 0) return null;
    const working = ofMainTurn(e.tools).filter((tool) => !tool.delegates);
    const [first] = working;
    if (!first || working.some((tool) => tool.limitMs === null)) return null;
    // A call is reported before the person is asked about it, and runs only once they have answered.
    const runsSince = e.turn.drawsSince ?? 0;
    const isHeld = helperStart(e.sample, e.now) > Math.max(0, first.startedAt - reportLagMs);
    return {
      since: Math.max(...working.map((tool) => Math.max(tool.startedAt, runsSince) + (tool.limitMs ?? 0))),
      limit: limitMs(isHeld ? 'toolHeld' : 'tool', config, e.host),
      because: () => [
        `${first.tool} runs for ${seconds(e.now - first.startedAt)}, its limit is ${seconds(first.limitMs ?? 0)}`,
        'none of its processes is left',
      ],
      cure: 'nudge',
    };
  },
};
