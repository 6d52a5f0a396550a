/**
 * A prompt that was sent and that the conversation does not hold: the agent was ended before it had written it down.
 * It is for the next agent, once: as its prompt where its very words are known, else in its box, unsent.
 */

import { withLostPrompt } from '../recover/prompt.ts';
import type { RecoverySnapshot } from '../recover/snapshot.ts';
import type { Runtime } from './runtime.ts';
import { promptOf } from './snapshot.ts';

/** A command line argument cannot be longer than 128 KiB (Linux). */
const longestBytes = 100_000;
/** What the box takes for something other than a prompt: commands, the shell mode, notes, tags. */
const special = /^\s*[/!#&<]/;

/** Call it when no agent runs. Null: nothing is lost, or it is in the draft now. */
export async function takeLostPrompt(runtime: Runtime): Promise<string | null> {
  const { sent, draft, session, hookSource, launch } = runtime;
  const { recordsPrompt } = launch.adapter;
  const prompt = sent.latest();
  if (prompt === null || recordsPrompt === null) return null;
  sent.settle();
  const path = session.transcriptPath;
  const isRecorded = path !== null && (await recordsPrompt(path, prompt));
  draft.sentIsSettled();
  // 2.1.329 tells of a queued message under the id of the turn that runs: the queue is given back as such.
  if (isRecorded) return null;
  draft.isTaken(prompt.text);
  const isSure = prompt.taken || !hookSource.heard();
  if (isSure && !special.test(prompt.text) && Buffer.byteLength(prompt.text) <= longestBytes)
    return prompt.text;
  draft.addAside(prompt.text);
  return null;
}

/** What the next agent is told. Null: nothing. */
export function relaunchPrompt(runtime: Runtime, isInterrupted: boolean, lost: string | null): string | null {
  if (lost === null) return isInterrupted ? promptOf(runtime, 'relaunch') : null;
  if (!isInterrupted || !hasMore(runtime.snapshot)) return lost;
  return withLostPrompt(promptOf(runtime, 'relaunch'), lost);
}

/**
 * Whether there is a conversation to resume. One of our own that was ended in its first turn, before a line of it was
 * written (2.1.42 takes its time, also while a tool runs), is begun anew; one that has been there and is gone is not:
 * that would hide the loss.
 */
export async function isOnRecord(runtime: Runtime): Promise<boolean> {
  const { session, launch, sent, pin, hookSource } = runtime;
  if (session.transcriptPath === null) return false;
  const prompts = hookSource.heard() ? sent.taken : sent.typed;
  const mayBeUnborn = session.id === pin && prompts <= 1;
  if (!mayBeUnborn) return true;
  const summary = await launch.adapter.summarizeTranscript(session.transcriptPath).catch(() => null);
  return summary !== null && summary.lastMessageIndex !== null;
}

/** The turn left more traces than its prompt. */
const hasMore = (snapshot: RecoverySnapshot | null): boolean =>
  snapshot !== null && (snapshot.active_tool_calls.length > 0 || snapshot.partial_response_text !== null);
