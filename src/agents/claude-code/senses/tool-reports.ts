/** Translates hook payloads and tool_use blocks into the ledger's terms: the tool, its target, and what it writes. */
import type { EditIntent, Replacement } from '../../../recover/edit.ts';
import type { ToolReport } from '../../../recover/ledger.ts';
import { isRecord, type Json, textOf } from '../../common/json.ts';
import { readBefore } from './edit-watch.ts';
import { toolRisk } from './tools.ts';

const phases: ReadonlyMap<string, ToolReport['phase']> = new Map([
  ['PreToolUse', 'started'],
  ['PostToolUse', 'finished'],
  ['PostToolUseFailure', 'failed'],
] as const);

/** Null: the payload is not about a tool call. */
export function readToolReport(payload: unknown): ToolReport | null {
  if (!isRecord(payload)) return null;
  const phase = phases.get(textOf(payload, 'hook_event_name') ?? '');
  const tool = textOf(payload, 'tool_name');
  if (phase === undefined || tool === null) return null;
  const toolUseId = textOf(payload, 'tool_use_id');
  const common = {
    toolUseId,
    tool,
    subagent: textOf(payload, 'agent_id'),
    // An input may be a whole file, so it is kept only if there is no id.
    fingerprint: toolUseId === null ? `${tool} ${JSON.stringify(payload.tool_input)}` : tool,
  };
  return phase === 'started'
    ? {
        ...common,
        phase,
        risk: toolRisk(tool),
        before: readBefore(payload),
        ...readToolInput(tool, payload.tool_input),
      }
    : { ...common, phase };
}

export interface ToolTarget {
  readonly file?: string;
  readonly command?: string;
  readonly edit?: EditIntent;
}

/** What a tool call works on, as far as its input shows. */
export function readToolInput(tool: string, input: unknown): ToolTarget {
  if (!isRecord(input)) return {};
  const file = textOf(input, 'file_path') ?? textOf(input, 'notebook_path');
  const command = textOf(input, 'command');
  const edit = editIntent(tool, input);
  return {
    ...(file !== null && { file }),
    ...(command !== null && { command }),
    ...(edit !== null && { edit }),
  };
}

function editIntent(tool: string, input: Json): EditIntent | null {
  switch (tool) {
    case 'Write':
      return typeof input.content === 'string' ? { kind: 'write', content: input.content } : null;
    case 'Edit':
      return replacements([input]);
    case 'MultiEdit':
      return Array.isArray(input.edits) ? replacements(input.edits) : null;
    case 'NotebookEdit': {
      const mode = input.edit_mode;
      return {
        kind: 'notebook',
        mode: mode === 'insert' || mode === 'delete' ? mode : 'replace',
        cell: textOf(input, 'cell_id'),
        source: textOf(input, 'new_source') ?? '',
      };
    }
    default:
      return null;
  }
}

function replacements(edits: readonly unknown[]): EditIntent | null {
  const steps: Replacement[] = [];
  for (const edit of edits) {
    if (!isRecord(edit)) return null;
    const { old_string: from, new_string: to } = edit;
    if (typeof from !== 'string' || typeof to !== 'string') return null;
    steps.push({ from, to, everywhere: edit.replace_all === true });
  }
  // An edit whose old text is empty creates the file.
  const [first] = steps;
  if (first?.from === '' && steps.length === 1) return { kind: 'write', content: first.to };
  return { kind: 'replace', steps };
}
