/**
 * A tool that should have ended long ago by its own time limit, and of which no process is left: its result got lost.
 * A tool without a known limit, or with a living process, is never judged, however long it takes.
 */
import { type OpenTool, ofMainTurn } from '../evidence/tools.ts';
import { limitMs } from '../limits.ts';
import type { Signature } from '../verdict.ts';
import { seconds } from '../verdict.ts';

export const overdueTool: Signature = {
  class: 'overdue-tool',
  help: 'a tool outlived its own time limit, and none of its processes is left',
  test(e, config) {
    if (e.phase !== 'tool' || !e.sample || e.sample.workers > 0) return null;
    const working = ofMainTurn(e.tools).filter((tool) => !tool.delegates);
    const graceMs = limitMs('tool', config, e.host);
    const overdue = (tool: OpenTool) =>
      tool.limitMs !== null && e.now - tool.startedAt > tool.limitMs + graceMs;
    const [first] = working;
    if (!first || !working.every(overdue)) return null;
    return {
      class: 'overdue-tool',
      since: first.startedAt + (first.limitMs ?? 0),
      because: [
        `${first.tool} runs for ${seconds(e.now - first.startedAt)}, its limit is ${seconds(first.limitMs ?? 0)}`,
        'none of its processes is left',
      ],
      cure: 'nudge',
      connections: [],
    };
  },
};
