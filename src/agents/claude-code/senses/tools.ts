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

/**
 * A tool call begins. Only a time limit is taken from its input, where it is known to be one in milliseconds: `timeout`
 * of the tools that run commands. Tools of MCP servers give that name to what they like.
 */
export function toolStarted(toolUseId: string, tool: string, input: unknown): ToolStarted {
  const risk = toolRisk(tool);
  const isLimited = risk === 'command' && isRecord(input) && typeof input.timeout === 'number';
  return {
    type: 'tool.started',
    toolUseId,
    tool,
    risk,
    ...(delegating.has(tool) ? { delegates: true } : {}),
    ...(isLimited ? { limitMs: input.timeout as number } : {}),
  };
}
