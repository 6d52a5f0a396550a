/** What each of the agent's tools can do to the world. */
import type { ToolRisk } from '../../events.ts';

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
