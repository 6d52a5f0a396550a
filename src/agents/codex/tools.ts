/** What each of the agent's tools can do to the world, and what a call is about. Names of 0.169.0. */
import type { ToolRisk } from '../../events.ts';
import { isRecord, type Json, parseRecord, textOf } from '../common/json.ts';

const tools: Readonly<Record<Exclude<ToolRisk, 'unknown'>, string>> = {
  read:
    'list_mcp_resources list_mcp_resource_templates read_mcp_resource request_user_input view_image update_plan ' +
    'get_goal web_search',
  edit: 'apply_patch',
  command: 'exec_command write_stdin shell shell_command local_shell',
};

const risks: ReadonlyMap<string, ToolRisk> = new Map(
  (['read', 'edit', 'command'] as const).flatMap((risk) =>
    tools[risk].split(' ').map((tool) => [tool, risk] as const),
  ),
);

/** `unknown` for tools of MCP servers and for every name that is not in the table. */
export const toolRisk = (tool: string): ToolRisk => risks.get(tool) ?? 'unknown';

/** A tool call as a rollout records it. */
export interface Call {
  readonly id: string;
  readonly tool: string;
  readonly input: Json;
  /** The input of a tool that takes free text. */
  readonly text: string;
}

/** Null if this response item is not a call of a tool on this machine. */
export function readCall(item: Json): Call | null {
  const id = textOf(item, 'call_id');
  const isCall = item.type === 'function_call' || item.type === 'custom_tool_call';
  const tool = item.type === 'local_shell_call' ? 'local_shell' : textOf(item, 'name');
  if (id === null || tool === null || !(isCall || item.type === 'local_shell_call')) return null;
  const input = isRecord(item.action) ? item.action : parseRecord(textOf(item, 'arguments') ?? '');
  return { id, tool, input: input ?? {}, text: textOf(item, 'input') ?? '' };
}

/** The call whose result this item is; null if it is not a result. */
export function resultOf(item: Json): string | null {
  const isResult = item.type === 'function_call_output' || item.type === 'custom_tool_call_output';
  return isResult ? textOf(item, 'call_id') : null;
}

const patchedFile = /^\*\*\* (?:Add|Update|Delete) File: (.+)$/m;

/** What the call runs or edits, for the recovery snapshot. */
export function targetOf({ input, text }: Call): { readonly command?: string; readonly file?: string } {
  const command = input.cmd ?? input.command;
  if (typeof command === 'string') return { command };
  if (Array.isArray(command)) return { command: command.map(String).join(' ') };
  const [, file] = patchedFile.exec(text === '' ? String(input.input ?? '') : text) ?? [];
  return file === undefined ? {} : { file };
}
