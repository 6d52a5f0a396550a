/** A running turn, and what the screen shows of it: the spinner's line, the answer so far, the tool at work. */
import type { Answer } from './answer.ts';
import { type Busy, duration, wrap } from './face.ts';
import type { Patience } from './patience.ts';
import type { Progress, ToolCall } from './turn.ts';

export interface RunningTurn {
  readonly abort: AbortController;
  /** Unix milliseconds. */
  readonly since: number;
  answer: Answer | null;
  /** Unix milliseconds of the last content; null before the first. */
  lastContentAt: number | null;
  retry: (Progress & { type: 'retry' })['notice'];
  tool: { readonly call: ToolCall; readonly since: number } | null;
}

export const beginTurn = (): RunningTurn => ({
  abort: new AbortController(),
  since: Date.now(),
  answer: null,
  lastContentAt: null,
  retry: null,
  tool: null,
});

/** The words for a tool call. */
export const titleOf = ({ input, name }: ToolCall): string => String(input.description ?? name);
/** The command or the file of a tool call. */
export const objectOf = ({ input }: ToolCall): string => String(input.command ?? input.file_path ?? '');

/** @param show adds final text to the conversation */
export function follow(turn: RunningTurn, progress: Progress, show: (text: string) => void): void {
  switch (progress.type) {
    case 'attempt':
      turn.answer = progress.answer;
      turn.lastContentAt = null;
      break;
    case 'content':
      turn.lastContentAt = Date.now();
      break;
    case 'retry':
      turn.retry = progress.notice;
      break;
    case 'said':
      turn.answer = null;
      show(`● ${progress.text}`);
      break;
    case 'tool':
      turn.tool = progress;
      break;
    case 'tool-done': {
      turn.tool = null;
      const { call, result } = progress;
      const said = turn.answer?.text();
      if (said) turn.answer = null;
      if (said) show(`● ${said}`);
      show(`● ${titleOf(call)}\n  ⎿  ${result.text.split('\n')[0] || '(No output)'}`);
    }
  }
}

export function busyOf(turn: RunningTurn, patience: Patience): Busy {
  const now = Date.now();
  const { retry, lastContentAt } = turn;
  const silentMs = lastContentAt === null || turn.tool ? 0 : now - lastContentAt;
  const note = retry
    ? `${retry.label} · retrying in ${duration(retry.until - now + 999)} · attempt ${retry.attempt}/${retry.of}`
    : silentMs > patience.noticeMs
      ? `Waiting for API response · will retry in ${duration(patience.streamMs - silentMs)} · check your network`
      : null;
  const last = turn.answer?.blocks().at(-1);
  return {
    verb: 'Pondering',
    since: turn.since,
    tokens: turn.answer?.tokens ?? 0,
    thinking: last?.type === 'thinking' && !turn.tool,
    note,
  };
}

/** Rows that are not final. */
export function rowsOf(turn: RunningTurn, width: number): readonly string[] {
  const text = turn.answer?.text() ?? '';
  const rows = text ? wrap(`● ${text}`, width) : [];
  if (!turn.tool) return rows;
  const { call, since } = turn.tool;
  const time = duration(Date.now() - since);
  return [
    ...rows,
    ...(rows.length > 0 ? [''] : []),
    `● ${titleOf(call)} · ${time}`,
    ...wrap(`  ⎿  $ ${objectOf(call)} (${time})`, width),
    '     (ctrl+b to run in background)',
  ];
}

/** The rows of the dialog that asks for a permission. */
export function permissionDialog(call: ToolCall, columns: number): readonly string[] {
  return [
    '─'.repeat(columns),
    call.name === 'Bash' ? ' Bash command' : ' Create file',
    '',
    `   ${objectOf(call)}`,
    '',
    ' This command requires approval',
    '',
    ' Do you want to proceed?',
    ' ❯ 1. Yes',
    "   2. Yes, and don't ask again",
    '   3. No',
    '',
    ' Esc to cancel · Tab to amend',
  ];
}
