import type { SentPrompt } from '../../contract/conversation.ts';
import { readConversation } from './reading.ts';
import { isRecordOf } from './recorded-prompt.ts';
import { inThread } from './thread.ts';

/** Whether a prompt has reached the conversation file. False also if there is no file. */
export async function recordsPrompt(path: string, prompt: SentPrompt): Promise<boolean> {
  const answer = await inThread(path, 'recordsPrompt', prompt).catch(() => null);
  return answer ?? (await recordsPromptHere(path, prompt));
}

export async function recordsPromptHere(path: string, prompt: SentPrompt): Promise<boolean> {
  const reading = await readConversation(path).catch(() => null);
  return reading?.prompts.some((recorded) => isRecordOf(recorded, prompt)) ?? false;
}
