/** A prompt of the person as the conversation file holds it. */

import { type Json, textOf } from '../../common/json.ts';
import type { SentPrompt } from '../../contract/conversation.ts';
import { printMode } from '../senses/print.ts';

export interface RecordedPrompt {
  /** The agent's own; null: this version writes none. */
  readonly id: string | null;
  readonly text: string;
  /** Unix milliseconds; null: the record does not say. */
  readonly atMs: number | null;
}

/** Written in the person's name, under the prompt's id, when a turn is stopped. */
const interruption = /^\[Request interrupted by user/;
/** A command that was typed in shell mode. */
const shellInput = /^<bash-input>([\s\S]*)<\/bash-input>$/;
/**
 * The agent's own word for a prompt is read from a folder, some time after it was sent; a key is stamped in the turn of
 * the event loop in which it is passed on.
 */
const slackMs = { told: 10_000, typed: 1_000 };

/** Null: the record is none. */
export function readRecordedPrompt(record: Json): RecordedPrompt | null {
  const recorded = printMode.readProgress(record);
  if (recorded?.kind !== 'prompt' || interruption.test(recorded.text)) return null;
  return { id: textOf(record, 'promptId'), text: recorded.text, atMs: recorded.atMs };
}

/** By the agent's id where both have one (2.1.197 and newer); else the same words, and not those of an earlier time. */
export function isRecordOf(recorded: RecordedPrompt, { id, text, taken, atMs }: SentPrompt): boolean {
  if (id !== null && recorded.id !== null) return id === recorded.id;
  const isEarlier = recorded.atMs !== null && recorded.atMs < atMs - (taken ? slackMs.told : slackMs.typed);
  return typed(recorded.text) === typed(text) && !isEarlier;
}

/** A text as its keys were: a command for the shell stands behind `!`. */
function typed(text: string): string {
  const command = shellInput.exec(text.trim())?.[1];
  return command === undefined ? text.trim().replace(/^!\s+/, '!') : `!${command.trim()}`;
}
