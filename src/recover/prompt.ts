/**
 * The prompt that tells a resumed agent the truth: that it was interrupted, why and when, what was in flight, what is
 * known of it, and what to do about each call. A person may replace the frame (`prompt.md`) but not the facts: the
 * statements on each call always come from here.
 */

import type { DisconnectPhase } from '../effects.ts';
import { fencedEnd, fencedStart, line, plain } from './quote.ts';
import type { ActiveToolCall, RecoverySnapshot } from './snapshot.ts';

export interface PromptOptions {
  /** `auto_retry_readonly_tools` */
  readonly autoRetryReadonlyTools: boolean;
  /** `auto_retry_mutations` */
  readonly autoRetryMutations: boolean;
  /**
   * How the agent was brought back: in the live process, by a new one on the same conversation, or by a new one that
   * finds nothing of it on record.
   */
  readonly rung: 'nudge' | 'relaunch' | 'anew';
  /** Hooks watched the tool calls as they ran. Without them a call of the lost message may have left no trace. */
  readonly callsWatched: boolean;
  /** Print mode: there is nobody to ask. */
  readonly unattended: boolean;
  /** The person's own frame, accepted by `checkTemplate`; null: the default. */
  readonly template: string | null;
}

/** Max lengths of quotes, in characters, and of lists: the prompt stays short. */
const maxCommandLength = 400;
const maxPathLength = 300;
const maxPartialLength = 700;
const maxTodoLength = 120;
const maxCalls = 10;
const maxTodos = 8;

export const defaultTemplate = `You were interrupted. {{reason}}

{{calls}}

{{partial}}

{{todos}}

{{next}}
`;

/** The only table of what a template can hold. */
const placeholders: Readonly<Record<string, (snapshot: RecoverySnapshot, options: PromptOptions) => string>> =
  {
    reason: reasonText,
    cause: (snapshot) => line(snapshot.cause, 200),
    when: (snapshot) => whenText(snapshot.written_at),
    phase: (snapshot) => phaseText[snapshot.disconnect_phase],
    calls: callsText,
    partial: partialText,
    todos: todosText,
    next: nextText,
  };

const placeholderPattern = /\{\{\s*([a-z_]+)\s*\}\}/g;

/**
 * What is wrong with a person's template, in plain words; null if it can be used. It must contain "interrupted" and the
 * calls, and must not begin with a character by which the agent would take it for something other than a prompt.
 */
export function checkTemplate(template: string): string | null {
  const unknown = [...template.matchAll(placeholderPattern)]
    .map((match) => match[1] ?? '')
    .filter((name) => !Object.hasOwn(placeholders, name));
  if (unknown.length > 0)
    return `unknown placeholder {{${unknown[0]}}}; known are ${Object.keys(placeholders).join(', ')}`;
  if (!/\binterrupted\b/i.test(template)) return 'the word "interrupted" is missing';
  if (!/\{\{\s*calls\s*\}\}/.test(template)) return 'the placeholder {{calls}} is missing';
  if (!/^\s*[\p{L}\p{N}[("'{]/u.test(template))
    return 'it must begin with a letter, a digit, a quote or a bracket';
  if (template.length > 8_000) return 'it is longer than 8000 characters';
  return null;
}

export function interruptedPrompt(snapshot: RecoverySnapshot, options: PromptOptions): string {
  const template = options.template ?? defaultTemplate;
  const fill = (paragraph: string): string =>
    paragraph.replace(
      placeholderPattern,
      (whole, name: string) => placeholders[name]?.(snapshot, options) ?? whole,
    );
  const text = template
    .split(/\n\s*\n/)
    .map((paragraph) => fill(paragraph).trim())
    .filter((paragraph) => paragraph !== '')
    .join('\n\n');
  return plain(text);
}

/** Adds the person's last message, which the resumed agent does not find in its history. */
export function withLostPrompt(text: string, lost: string): string {
  return `${text}\n\nThe user's last message had not been recorded when this happened. Here it is, word for word; it is what you are to work on:\n\n${lost}`;
}

const phaseText: Readonly<Record<DisconnectPhase, string>> = {
  streaming: 'Your answer was on its way; what had not been recorded of it is lost.',
  tool_execution: 'A tool call was in flight.',
  between_turns: 'No turn was running.',
  compacting: 'The conversation was being compacted; that did not complete.',
};

const rungText: Readonly<Record<PromptOptions['rung'], string>> = {
  nudge: 'It stopped the stuck turn; this is still the same process.',
  relaunch: 'You were started again on the same conversation.',
  anew: 'You were started again, and nothing of the conversation had been recorded.',
};

function reasonText(snapshot: RecoverySnapshot, options: PromptOptions): string {
  return [
    'This message comes from guarded-claude, which watches over this program, not from the user.',
    `At ${whenText(snapshot.written_at)} it stepped in: ${line(snapshot.cause, 200)}.`.replace(/\.\.$/, '.'),
    rungText[options.rung],
    phaseText[snapshot.disconnect_phase],
  ].join(' ');
}

function whenText(writtenAt: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(writtenAt);
  return parts === null ? line(writtenAt, 40) : `${parts[1]} ${parts[2]} UTC`;
}

function callsText(snapshot: RecoverySnapshot, options: PromptOptions): string {
  const calls = snapshot.active_tool_calls;
  const blind =
    'Tool calls of the lost message could not be observed: one may have run without a trace. Before you repeat a change, look whether it is already there.';
  const turnWasRunning =
    snapshot.disconnect_phase === 'streaming' || snapshot.disconnect_phase === 'tool_execution';
  const unseen = turnWasRunning && !options.callsWatched ? blind : null;
  if (calls.length === 0) return unseen ?? 'No tool call was unfinished.';
  const more = calls.length - maxCalls;
  return [
    'Tool calls without a recorded result, and what to do about each:',
    ...calls.slice(0, maxCalls).map((call, index) => `${index + 1}. ${callText(call, options)}`),
    ...(more > 0 ? [`${more} more: find out what each did before you repeat it.`] : []),
    ...(unseen === null ? [] : [unseen]),
  ].join('\n');
}

function callText(call: ActiveToolCall, options: PromptOptions): string {
  const name = `${line(call.tool, 60)} (${line(call.tool_use_id, 60)})`;
  const target =
    call.file === undefined ? '' : ` on \`${line(call.file, maxPathLength).replaceAll('`', "'")}\``;
  const command = call.command === undefined ? '' : `\n${fencedStart(call.command, maxCommandLength)}\n`;
  return `${name}${target}: ${statusOf(call, options)}.${command === '' ? ' ' : command}${advice(call, options)}`;
}

/** The text for the missing result of an interrupted call, when it is written into the conversation. */
export function interruptedResult(call: ActiveToolCall, options: RetryOptions): string {
  return plain(`[Interrupted: ${statusOf(call, options)}. ${advice(call, options)}]`);
}

const statusText: Readonly<Record<ActiveToolCall['status'], string>> = {
  started: 'it started, and its end was not seen',
  finished: 'it finished, but its result is not in your history',
  failed: 'it ended with an error, which is not in your history',
  unknown: 'it is not known whether it started',
};

type RetryOptions = Omit<PromptOptions, 'rung' | 'template'>;

function statusOf(call: ActiveToolCall, { callsWatched }: RetryOptions): string {
  return call.status === 'unknown' && callsWatched
    ? 'it was asked for, and no sign of its start was seen'
    : statusText[call.status];
}

function advice(call: ActiveToolCall, options: RetryOptions): string {
  switch (call.risk) {
    case 'read':
      if (options.autoRetryReadonlyTools) return 'It only reads: run it again if you still need it.';
      return options.unattended
        ? 'It only reads, but do not run it again: say in your answer what is missing.'
        : 'It only reads, but ask the user before you run it again.';
    case 'edit':
      return editAdvice(call);
    case 'command':
    case 'unknown':
      return commandAdvice(call, options);
  }
}

function editAdvice(call: ActiveToolCall): string {
  const check = call.file_check;
  const evidence = check === undefined ? '' : ` (${line(check.evidence, 200)})`;
  switch (check?.verdict) {
    case 'applied':
      return `The file was checked: applied${evidence}. Do not make this edit again.`;
    case 'not applied':
      return `The file was checked: not applied${evidence}. Make the edit again if it is still right.`;
    case 'changed otherwise':
      return `The file was checked: changed otherwise${evidence}. Read the file before you edit it.`;
    default:
      return `The file was checked, but whether the edit was applied cannot be told${evidence}. Read the file before you edit it.`;
  }
}

/** When a command may be run again; the end of a sentence about verifying it. */
function rerunAdvice({ autoRetryMutations, unattended }: RetryOptions): string {
  if (autoRetryMutations) return 'if it did not take effect, you may run it again.';
  return unattended
    ? 'run it again only if it certainly did not take effect; if you cannot tell, do not run it again and say so in your answer.'
    : 'ask the user before running it again.';
}

function commandAdvice(call: ActiveToolCall, options: RetryOptions): string {
  const again = rerunAdvice(options);
  switch (call.status) {
    case 'finished':
      return `Do not assume its output: verify what it did without changing anything, and ${again}`;
    case 'failed':
      return `It may have had an effect all the same: verify first, without changing anything, and ${again}`;
    default:
      return `Its outcome is unknown: it may have run to the end, in part or not at all. Verify first, without changing anything, and ${again}`;
  }
}

function partialText(snapshot: RecoverySnapshot): string {
  const text = snapshot.partial_response_text;
  if (text === null || text.trim() === '') return '';
  return `The last of what you had written (a quotation of your own unfinished text, not an instruction):\n${fencedEnd(text, maxPartialLength)}`;
}

function todosText(snapshot: RecoverySnapshot): string {
  const todos = snapshot.pending_todos;
  if (todos.length === 0) return '';
  const more = todos.length - maxTodos;
  return [
    'Open on your task list:',
    ...todos
      .slice(0, maxTodos)
      .map((todo) => `- ${line(todo.content, maxTodoLength)} (${line(todo.status, 20)})`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join('\n');
}

function nextText(snapshot: RecoverySnapshot, { unattended }: PromptOptions): string {
  if (snapshot.active_tool_calls.length > 0)
    return 'Settle these calls first, then go on where you stopped. Do not repeat what is already done.';
  if (snapshot.disconnect_phase === 'between_turns')
    return `Nothing was cut off: confirm in one line${unattended ? '' : ' and wait for the user'}.`;
  return 'Go on where you stopped. Do not repeat what is already done.';
}
