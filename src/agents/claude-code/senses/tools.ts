/** What each of the agent's tools can do to the world, and how long it may take. */
import type { Observation, ToolRisk } from '../../../events.ts';
import { isRecord } from '../../common/json.ts';

const tools: Readonly<Record<Exclude<ToolRisk, 'unknown'>, string>> = {
  read:
    'Read Grep Glob LS NotebookRead WebFetch WebSearch TodoRead TodoWrite Task Agent TaskCreate TaskGet TaskList ' +
    'TaskUpdate TaskOutput BashOutput AskUserQuestion EnterPlanMode ExitPlanMode ToolSearch Skill LSP ' +
    'ListMcpResourcesTool ReadMcpResourceTool',
  edit: 'Edit Write MultiEdit NotebookEdit',
  command: 'Bash PowerShell KillShell KillBash TaskStop Monitor',
};

const risks: ReadonlyMap<string, ToolRisk> = new Map(
  (['read', 'edit', 'command'] as const).flatMap((risk) =>
    tools[risk].split(' ').map((tool) => [tool, risk] as const),
  ),
);

/** `unknown` for tools of MCP servers and for every name that is not in the table. */
export function toolRisk(tool: string): ToolRisk {
  return risks.get(tool) ?? 'unknown';
}

/** Tools that run a subagent, which works through the same API. */
const delegating: ReadonlySet<string> = new Set(['Task', 'Agent']);

type ToolStarted = Extract<Observation, { type: 'tool.started' }>;

/** A tool call begins. Only a time limit is taken from its input (Bash: `timeout`, milliseconds). */
export function toolStarted(toolUseId: string, tool: string, input: unknown): ToolStarted {
  const limitMs = isRecord(input) && typeof input.timeout === 'number' ? input.timeout : null;
  return {
    type: 'tool.started',
    toolUseId,
    tool,
    risk: toolRisk(tool),
    ...(delegating.has(tool) ? { delegates: true } : {}),
    ...(limitMs === null ? {} : { limitMs }),
  };
}
