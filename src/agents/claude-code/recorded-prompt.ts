/** Whether a prompt has reached the conversation file. */
import type { SentPrompt } from '../../recover/sent-prompt.ts';
import { isRecord, parseRecord, textOf } from '../common/json.ts';
import { readLines } from '../common/transcript-lines.ts';
import { printMode } from './print.ts';

/** Written in the person's name, under the prompt's id, when a turn is stopped. */
const interruption = /^\[Request interrupted by user/;
/** A command that was typed in shell mode. */
const shellInput = /^<bash-input>([\s\S]*)<\/bash-input>$/;
/** A prompt is told some time after it was sent: its hook is read from a folder. */
const slackMs = 10_000;

/** False also where there is no file. */
export async function recordsPrompt(path: string, prompt: SentPrompt): Promise<boolean> {
  let found = false;
  const read = readLines(path, (line) => {
    if (found) return;
    const record = parseRecord(line.bytes.toString('utf8'));
    found = record !== null && isOf(record, prompt);
  });
  await read.catch(() => {});
  return found;
}

/** By the agent's id where both have one (2.1.197 and newer); else the same words, and not those of an earlier time. */
function isOf(record: unknown, { id, text, atMs }: SentPrompt): boolean {
  const recorded = printMode.readProgress(record);
  if (recorded?.kind !== 'prompt' || !isRecord(record) || interruption.test(recorded.text)) return false;
  const recordedId = textOf(record, 'promptId');
  if (id !== null && recordedId !== null) return id === recordedId;
  const at = Date.parse(textOf(record, 'timestamp') ?? '');
  return typed(recorded.text) === typed(text) && !(at < atMs - slackMs);
}

/** A text as its keys were: a command for the shell stands behind `!`. */
function typed(text: string): string {
  const command = shellInput.exec(text.trim())?.[1];
  return command === undefined ? text.trim().replace(/^!\s+/, '!') : `!${command.trim()}`;
}
