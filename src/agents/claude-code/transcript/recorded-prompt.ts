/** The person's prompts as the conversation file records them. */

import { type Json, textOf } from '../../common/json.ts';
import type { SentPrompt } from '../../contract/conversation.ts';
import { printMode } from '../senses/print.ts';

export interface RecordedPrompt {
  /** The agent's own id; null: this version writes none. */
  readonly id: string | null;
  readonly text: string;
  /** Unix milliseconds; null: the record does not say. */
  readonly atMs: number | null;
}

/** The agent writes this in the person's name, under the prompt's id, when a turn is stopped. */
const interruption = /^\[Request interrupted by user/;
/** A command that was typed in shell mode. */
const shellInput = /^<bash-input>([\s\S]*)<\/bash-input>$/;
/**
 * How much older a record may be than our own time stamp. The agent's report of a prompt is read from a folder some
 * time after the prompt was sent. A key is stamped in the same turn of the event loop in which it is passed on.
 */
const slackMs = { told: 10_000, typed: 1_000 };

/** Null: the record is not a prompt. */
export function readRecordedPrompt(record: Json): RecordedPrompt | null {
  const recorded = printMode.readProgress(record);
  if (recorded?.kind !== 'prompt' || interruption.test(recorded.text)) return null;
  return { id: textOf(record, 'promptId'), text: recorded.text, atMs: recorded.atMs };
}

/**
 * Compares by the agent's id if both have one (2.1.197 and newer). Otherwise the words must be the same, and the record
 * must not be older than the prompt.
 */
export function isRecordOf(recorded: RecordedPrompt, { id, text, taken, atMs }: SentPrompt): boolean {
  if (id !== null && recorded.id !== null) return id === recorded.id;
  const isEarlier = recorded.atMs !== null && recorded.atMs < atMs - (taken ? slackMs.told : slackMs.typed);
  return typed(recorded.text) === typed(text) && !isEarlier;
}

/**
 * A text as it was typed: a shell command begins with `!`. How many line breaks stand in a row does not count, because
 * an Enter that sends nothing may leave one in the box.
 */
function typed(text: string): string {
  const command = shellInput.exec(text.trim())?.[1];
  const whole = command === undefined ? text.trim().replace(/^!\s+/, '!') : `!${command.trim()}`;
  return whole.replace(/\s*\n\s*/g, '\n');
}
