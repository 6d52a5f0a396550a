/**
 * The prompt that tells a resumed agent the truth: that it was interrupted, why and when, what was in flight, what is
 * known of it, and what to do about each call. A person may replace the template (`prompt.md`) but not the facts: the
 * statements on each call always come from `call-advice.ts`.
 */
import type { DisconnectPhase } from '../effects.ts';
import { callsText, type RetryOptions } from './call-advice.ts';
import { fencedEnd, line, plain } from './quote.ts';
import type { RecoverySnapshot } from './snapshot.ts';

export interface PromptOptions extends RetryOptions {
  /**
   * How the agent was brought back: in the live process, by a new one on the same conversation, or by a new one that
   * finds nothing of it on record.
   */
  readonly rung: 'nudge' | 'relaunch' | 'anew';
  /** The person's own template, accepted by `checkTemplate`; null: the default. */
  readonly template: string | null;
}

/** Max lengths of quotes, in characters, and of the list: the prompt stays short. */
const maxPartialLength = 700;
const maxTodoLength = 120;
const maxTodos = 8;

export const defaultTemplate = `You were interrupted. {{reason}}

{{calls}}

{{partial}}

{{todos}}

{{next}}
`;

/** All placeholders that a template can contain. */
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

/** Around what the user has asked and been answered, if the resumed agent does not find it in its history. */
export const forgotten = {
  before:
    'This message comes from guarded-claude, which watches over this program, not from the user. Your process had ended, and you were started again. Before that, the user had asked the following and had got your answer, but neither is on record:',
  withoutText: '(a message without text, such as an image)',
  after:
    'You have done and answered all of that; do not do it again. The user’s next message follows; it is what you are to work on.',
} as const;

const phaseText: Readonly<Record<DisconnectPhase, string>> = {
  streaming: 'Your answer was on its way; what had not been recorded of it is lost.',
  tool_execution: 'A tool call was in flight.',
  between_turns: 'No turn was running.',
  compacting: 'The conversation was being compacted; that did not complete.',
};

const rungText: Readonly<Record<PromptOptions['rung'], string>> = {
  nudge: 'It stopped the stuck turn; this is still the same process.',
  relaunch: 'You were started again on the same conversation.',
  anew: 'You were started again, and none of the conversation had been recorded.',
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
